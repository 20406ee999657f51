import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { t } from "../i18n/i18n.ts";
import { brand } from "../page/brand.ts";
import { Loading } from "../ui/loading.tsx";
import { RichText } from "../ui/rich-text.tsx";
import { type HandOffPart as Part, useCopiedTogether } from "./copied-together.ts";
import type { CreatedTtlSecret } from "./create-ttl-secret.ts";
import { clockTime, linkMessage, passphraseMessage } from "./hand-off-messages.ts";
import { HandOffPart } from "./hand-off-part.tsx";
import { HandOffStatus } from "./hand-off-status.tsx";
import type { TtlSecret } from "./ttl-secret.ts";

/** Loaded on demand: only needed to hand over in person. */
const LinkQr = lazy(() => import("./link-qr.tsx"));

/**
 * Shows link and passphrase once and guides the sender through two channels in order: first the link, then the
 * passphrase. Only for a pending secret: of an ended one nothing may be copied.
 */
export function HandOff(props: {
  projectId: string;
  created: CreatedTtlSecret;
  /** Current state of the secret. */
  current: TtlSecret;
  onCopied: (part: Part) => void;
  onDone: () => void;
}) {
  const { created, current } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const [together, noteCopy] = useCopiedTogether();
  const copied = (part: Part) => {
    noteCopy(part);
    props.onCopied(part);
  };
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
      <HandOffStatus projectId={props.projectId} secret={current} />
      <div className="hand-off-parts">
        <HandOffPart
          step={1}
          heading={t("handOff.sendLink")}
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
          isTogether={together === "link"}
          onCopied={() => copied("link")}
          more={<Qr link={created.link} />}
        >
          {created.link}
        </HandOffPart>
        <HandOffPart
          step={2}
          heading={t("handOff.sendPassphrase")}
          how={t("handOff.passphraseHow")}
          testId="passphrase"
          text={created.passphrase}
          message={passphraseMessage(created)}
          copyLabel={t("handOff.copyPassphrase")}
          copiedLabel={t("handOff.passphraseCopied")}
          announcement={t("handOff.passphraseInClipboard")}
          copyMessageLabel={t("handOff.copyPassphraseMessage")}
          isTogether={together === "passphrase"}
          onCopied={() => copied("passphrase")}
        >
          {words.map((word, index) => (
            // The words of a passphrase never move, so the index is a stable key.
            <span className="passphrase-word" key={index}>
              {word}
              {index < words.length - 1 ? <span className="passphrase-dash">-</span> : null}
            </span>
          ))}
        </HandOffPart>
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
          <RichText
            i18nKey="handOff.recognition"
            values={{ phrase: recognitionPhrase }}
            components={{ phrase: <strong translate="no" /> }}
          />
        </p>
      ) : null}
      <div className="hand-off-foot">
        <p className="hand-off-once">
          <RichText
            i18nKey="handOff.shownOnce"
            components={{ once: <strong className="hand-off-once-words" /> }}
          />
        </p>
        <button type="button" className="button button-primary" onClick={props.onDone}>
          {t("common.done")}
        </button>
      </div>
    </div>
  );
}

/** The link as a QR code, rendered on demand. */
function Qr({ link }: { link: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="hand-off-more" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("handOff.qr")}</summary>
      {isOpen ? (
        <Suspense fallback={<Loading />}>
          <LinkQr link={link} />
          <p className="field-hint">{t("handOff.qrHint")}</p>
        </Suspense>
      ) : null}
    </details>
  );
}
