import { type ReactNode, useId, useRef, useState } from "react";
import { t } from "../i18n/i18n.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { Notice } from "../ui/notice.tsx";

/** One of the two parts to send, plain and as a message; each can be copied. */
export function HandOffPart(props: {
  step: number;
  heading: string;
  /** Suggested channel. */
  how: string;
  testId: "link" | "passphrase";
  text: string;
  /** Message that contains the text. */
  message: string;
  copyLabel: string;
  copiedLabel: string;
  announcement: string;
  copyMessageLabel: string;
  /** Whether it was copied too soon after the other part. */
  isTogether: boolean;
  onCopied: () => void;
  more?: ReactNode;
  children: ReactNode;
}) {
  const box = useRef<HTMLElement>(null);
  const messageBox = useRef<HTMLParagraphElement>(null);
  const [copied, setCopied] = useState({ text: false, message: false });
  const id = useId();
  const copiedOne = (what: "text" | "message") => {
    setCopied((before) => ({ ...before, [what]: true }));
    props.onCopied();
  };
  return (
    <section className="hand-off-part" aria-labelledby={id}>
      <div>
        <h4 id={id}>
          <span className="hand-off-step">{props.step}</span>
          <span>{props.heading}</span>
        </h4>
        <p className="hand-off-how">{props.how}</p>
      </div>
      {/* Copying with the keyboard or the context menu counts as well. */}
      <code
        ref={box}
        className={`hand-off-box hand-off-${props.testId}`}
        data-testid={props.testId}
        translate="no"
        onCopy={() => copiedOne("text")}
      >
        {props.children}
      </code>
      <div className="hand-off-copies">
        <CopyButton
          label={props.copyLabel}
          copiedLabel={props.copiedLabel}
          announcement={props.announcement}
          text={props.text}
          source={box}
          copied={copied.text}
          onCopied={() => copiedOne("text")}
        />
        <CopyButton
          label={props.copyMessageLabel}
          copiedLabel={t("handOff.messageCopied")}
          announcement={t("handOff.messageInClipboard")}
          text={props.message}
          source={messageBox}
          copied={copied.message}
          onCopied={() => copiedOne("message")}
        />
      </div>
      {props.isTogether ? (
        <div data-testid="copied-together">
          <Notice tone="warn">
            <p className="alert-title">{t("handOff.togetherTitle")}</p>
            <p>{t("handOff.together")}</p>
          </Notice>
        </div>
      ) : null}
      <details className="hand-off-more">
        <summary>{t("handOff.message")}</summary>
        <p
          ref={messageBox}
          className="hand-off-message"
          data-testid={`${props.testId}-message`}
          onCopy={() => copiedOne("message")}
        >
          {props.message}
        </p>
      </details>
      {props.more}
    </section>
  );
}
