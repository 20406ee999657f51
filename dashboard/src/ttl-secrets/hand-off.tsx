import { type ReactNode, useEffect, useId, useRef } from "react";
import { Trans } from "react-i18next";
import { t } from "../i18n/i18n.ts";
import { brand } from "../shared/brand.ts";
import { CopyButton } from "../shared/copy-button.tsx";
import type { CreatedTtlSecret } from "./create-ttl-secret.ts";
import { statusWord, type TtlSecret } from "./ttl-secret.ts";
import { TtlRing, useCountdown, useStatus } from "./ttl-secret-status.tsx";

/** The two things that are handed over. */
export type HandOffPart = "link" | "passphrase";

/** Shows link and passphrase, once, with a copy button each and the advice to send them apart. */
export function HandOff(props: {
  created: CreatedTtlSecret;
  /** The secret as the list last read it. */
  current: TtlSecret;
  copied: ReadonlySet<HandOffPart>;
  onCopied: (part: HandOffPart) => void;
  onDone: () => void;
}) {
  const { created, copied, onCopied } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const words = created.passphrase.split("-");
  return (
    <div className="hand-off stack">
      <div>
        <h3 ref={heading} tabIndex={-1}>
          {t("handOff.sendApart")}
        </h3>
        <p className="hand-off-advice">{t("handOff.advice")}</p>
      </div>
      <Part
        label={t("handOff.link")}
        testId="link"
        text={created.link}
        copyLabel={t("handOff.copyLink")}
        copiedLabel={t("handOff.linkCopied")}
        announcement={t("handOff.linkInClipboard")}
        copied={copied.has("link")}
        onCopied={() => onCopied("link")}
      >
        {created.link}
      </Part>
      <Part
        label={t("handOff.passphrase")}
        testId="passphrase"
        text={created.passphrase}
        copyLabel={t("handOff.copyPassphrase")}
        copiedLabel={t("handOff.passphraseCopied")}
        announcement={t("handOff.passphraseInClipboard")}
        copied={copied.has("passphrase")}
        onCopied={() => onCopied("passphrase")}
      >
        {words.map((word, index) => (
          // The words of one passphrase never move, so their place tells them apart.
          <span className="passphrase-word" key={index}>
            {word}
            {index < words.length - 1 ? <span className="passphrase-dash">-</span> : null}
          </span>
        ))}
      </Part>
      {brand.recognitionPhrase ? (
        <p className="hand-off-recognition">
          <Trans
            i18nKey="handOff.recognition"
            values={{ phrase: brand.recognitionPhrase }}
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
        <Remaining secret={props.current} />
        <button type="button" className="button button-primary" onClick={props.onDone}>
          {t("common.done")}
        </button>
      </div>
    </div>
  );
}

function Part(props: {
  label: string;
  testId: string;
  text: string;
  copyLabel: string;
  copiedLabel: string;
  announcement: string;
  copied: boolean;
  onCopied: () => void;
  children: ReactNode;
}) {
  const box = useRef<HTMLElement>(null);
  const id = useId();
  return (
    <section className="hand-off-part" aria-labelledby={id}>
      <h4 id={id}>{props.label}</h4>
      {/* Copying by hand, with the keyboard or the context menu, counts as well. */}
      <code
        ref={box}
        className={`hand-off-box hand-off-${props.testId}`}
        data-testid={props.testId}
        translate="no"
        onCopy={props.onCopied}
      >
        {props.children}
      </code>
      <CopyButton
        label={props.copyLabel}
        copiedLabel={props.copiedLabel}
        announcement={props.announcement}
        text={props.text}
        source={box}
        copied={props.copied}
        onCopied={props.onCopied}
      />
    </section>
  );
}

function Remaining({ secret }: { secret: TtlSecret }) {
  const left = useCountdown(secret.expiresAt);
  const status = useStatus(secret);
  if (status !== "PENDING") {
    return (
      <p className="hand-off-remaining" role="status">
        <Trans
          i18nKey="handOff.status"
          values={{ status: statusWord(status) }}
          components={{ status: <strong /> }}
        />
      </p>
    );
  }
  return (
    <p className="hand-off-remaining">
      <TtlRing secret={secret} />
      <span>
        <Trans i18nKey="handOff.remaining" values={{ time: left }} components={{ time: <strong /> }} />
      </span>
    </p>
  );
}
