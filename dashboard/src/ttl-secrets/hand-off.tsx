import { lazy, type ReactNode, Suspense, useEffect, useId, useRef, useState } from "react";
import { Trans } from "react-i18next";
import { t } from "../i18n/i18n.ts";
import { brand } from "../shared/brand.ts";
import { CopyButton } from "../shared/copy-button.tsx";
import { Loading } from "../shared/loading.tsx";
import { Notice } from "../shared/notice.tsx";
import type { CreatedTtlSecret } from "./create-ttl-secret.ts";
import { clockTime, linkMessage, passphraseMessage } from "./hand-off-messages.ts";
import { HandOffStatus } from "./hand-off-status.tsx";
import { RevokeDialog } from "./revoke-dialog.tsx";
import type { TtlSecret } from "./ttl-secret.ts";
import { useStatus } from "./ttl-secret-status.tsx";

/** Needed by nobody but who hands over in person. */
const LinkQr = lazy(() => import("./link-qr.tsx"));

/** The two things that are handed over. */
export type HandOffPart = "link" | "passphrase";

/** Copying the second part within this time of the first looks like one message with both. */
const soonMs = 60_000;

/**
 * Shows link and passphrase, once, and leads through two channels in order: the link by one, the passphrase by
 * another. Says what becomes of the secret while it is open.
 */
export function HandOff(props: {
  projectId: string;
  created: CreatedTtlSecret;
  /** The secret as it is now. */
  current: TtlSecret;
  onCopied: (part: HandOffPart) => void;
  onDone: () => void;
}) {
  const { created, current } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const [revoking, setRevoking] = useState(false);
  const [showsQr, setShowsQr] = useState(false);
  const [isRisky, copied] = useCopiedTogether(props.onCopied);
  const pending = useStatus(current) === "PENDING";
  const { recognitionPhrase } = brand;
  const words = created.passphrase.split("-");
  return (
    <div className="hand-off stack">
      <div>
        <h3 ref={heading} tabIndex={-1}>
          {t("handOff.sendApart")}
        </h3>
        <p className="hand-off-advice">{t("handOff.advice")}</p>
      </div>
      <HandOffStatus secret={current} />
      <Part
        step={1}
        label={t("handOff.link")}
        how={t("handOff.linkHow")}
        testId="link"
        text={created.link}
        message={linkMessage({
          link: created.link,
          expiresAt: created.ttlSecret.expiresAt,
          recognitionPhrase,
        })}
        copyLabel={t("handOff.copyLink")}
        copiedLabel={t("handOff.linkCopied")}
        announcement={t("handOff.linkInClipboard")}
        copyMessageLabel={t("handOff.copyLinkMessage")}
        onCopied={() => copied("link")}
        more={
          <details className="hand-off-more" onToggle={(event) => setShowsQr(event.currentTarget.open)}>
            <summary>{t("handOff.qr")}</summary>
            {showsQr ? (
              <Suspense fallback={<Loading />}>
                <LinkQr link={created.link} />
                <p className="field-hint">{t("handOff.qrHint")}</p>
              </Suspense>
            ) : null}
          </details>
        }
      >
        {created.link}
      </Part>
      <Part
        step={2}
        label={t("handOff.passphrase")}
        how={t("handOff.passphraseHow")}
        testId="passphrase"
        text={created.passphrase}
        message={passphraseMessage(created)}
        copyLabel={t("handOff.copyPassphrase")}
        copiedLabel={t("handOff.passphraseCopied")}
        announcement={t("handOff.passphraseInClipboard")}
        copyMessageLabel={t("handOff.copyPassphraseMessage")}
        onCopied={() => copied("passphrase")}
      >
        {words.map((word, index) => (
          // The words of one passphrase never move, so their place tells them apart.
          <span className="passphrase-word" key={index}>
            {word}
            {index < words.length - 1 ? <span className="passphrase-dash">-</span> : null}
          </span>
        ))}
      </Part>
      <div role="status" data-testid="both-copied">
        {isRisky ? (
          <Notice tone="warn">
            <p className="alert-title">{t("handOff.togetherTitle")}</p>
            <p>{t("handOff.together")}</p>
          </Notice>
        ) : null}
      </div>
      <details className="hand-off-more">
        <summary>{t("handOff.recipient")}</summary>
        <ol className="hand-off-recipient">
          <li>{t("handOff.recipientOpens")}</li>
          <li>{t("handOff.recipientTypes")}</li>
          <li>{t("handOff.recipientOnce")}</li>
          <li>{t("handOff.recipientExpiry", { until: clockTime(current.expiresAt) })}</li>
        </ol>
      </details>
      {recognitionPhrase ? (
        <p className="hand-off-recognition">
          <Trans
            i18nKey="handOff.recognition"
            values={{ phrase: recognitionPhrase }}
            components={{ phrase: <strong translate="no" /> }}
          />
        </p>
      ) : null}
      <p className="hand-off-once">
        <Trans
          i18nKey="handOff.shownOnce"
          components={{ once: <strong className="hand-off-once-words" /> }}
        />
      </p>
      <div className="hand-off-foot">
        {pending ? (
          <button type="button" className="button button-quiet-danger" onClick={() => setRevoking(true)}>
            {t("handOff.revoke")}
          </button>
        ) : (
          <span />
        )}
        <button type="button" className="button button-primary" onClick={props.onDone}>
          {t("common.done")}
        </button>
      </div>
      {revoking ? (
        <RevokeDialog projectId={props.projectId} secret={current} onClose={() => setRevoking(false)} />
      ) : null}
    </div>
  );
}

/** Whether both parts were copied within a minute of each other, and what to tell each copy to. */
function useCopiedTogether(onCopied: (part: HandOffPart) => void) {
  const last = useRef<{ part: HandOffPart; at: number } | null>(null);
  const [isRisky, setRisky] = useState(false);
  const copied = (part: HandOffPart) => {
    const { current: before } = last;
    const now = Date.now();
    if (before && before.part !== part) setRisky(now - before.at < soonMs);
    last.current = { part, at: now };
    onCopied(part);
  };
  return [isRisky, copied] as const;
}

function Part(props: {
  step: number;
  label: string;
  how: string;
  testId: string;
  text: string;
  /** A message that has the text in it. */
  message: string;
  copyLabel: string;
  copiedLabel: string;
  announcement: string;
  copyMessageLabel: string;
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
      <h4 id={id}>
        <span className="hand-off-step">{props.step}</span>
        {props.label}
      </h4>
      <p className="hand-off-how">{props.how}</p>
      {/* Copying by hand, with the keyboard or the context menu, counts as well. */}
      <code
        ref={box}
        className={`hand-off-box hand-off-${props.testId}`}
        data-testid={props.testId}
        translate="no"
        onCopy={() => copiedOne("text")}
      >
        {props.children}
      </code>
      <CopyButton
        label={props.copyLabel}
        copiedLabel={props.copiedLabel}
        announcement={props.announcement}
        text={props.text}
        source={box}
        copied={copied.text}
        onCopied={() => copiedOne("text")}
      />
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
        <CopyButton
          label={props.copyMessageLabel}
          copiedLabel={t("handOff.messageCopied")}
          announcement={t("handOff.messageInClipboard")}
          text={props.message}
          source={messageBox}
          copied={copied.message}
          onCopied={() => copiedOne("message")}
        />
      </details>
      {props.more}
    </section>
  );
}
