import { useLayoutEffect, useRef } from "react";
import { serverNow } from "../api/server-clock.ts";
import { t } from "../i18n/i18n.ts";
import { timeOfDay } from "./hand-off-messages.ts";
import { destroyedText, endedAt, type TtlSecret } from "./ttl-secret.ts";
import { statusIcons, useStatus } from "./ttl-secret-status.tsx";

/** Heading of an ended secret's card, by status. */
const headings = {
  PENDING: "handOff.expiredAt",
  VIEWED: "handOff.openedAt",
  DESTROYED: "handOff.destroyedAt",
  EXPIRED: "handOff.expiredAt",
  REVOKED: "handOff.revokedAt",
} as const;

/**
 * How and when the secret ended: all that is left of its hand-off. Takes the focus, so that screen readers announce it
 * and no key press reaches a button that has just appeared.
 */
export function HandOffOutcome(props: { secret: TtlSecret; onCreateAgain: () => void; onDone: () => void }) {
  const { secret } = props;
  const { attemptedFrom: address } = secret;
  const status = useStatus(secret);
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  const at = timeOfDay(endedAt(secret, serverNow()) ?? secret.expiresAt);
  return (
    <div className="stack">
      <div className="hand-off-outcome" data-testid="hand-off-outcome" data-status={status}>
        <span className={`hand-off-icon status-${status.toLowerCase()}`}>{statusIcons[status]}</span>
        <h3 ref={heading} tabIndex={-1}>
          {t(headings[status], { at })}
        </h3>
        <p>{outcomeText(secret)}</p>
        {address ? <p>{t("ttlSecrets.alert.address", { address })}</p> : null}
      </div>
      <div className="dialog-actions">
        {secret.status === "VIEWED" ? null : (
          <button type="button" className="button" onClick={props.onCreateAgain}>
            {t("ttlSecrets.createAgain")}
          </button>
        )}
        <button type="button" className="button button-primary" onClick={props.onDone}>
          {t("common.done")}
        </button>
      </div>
    </div>
  );
}

function outcomeText(secret: TtlSecret): string {
  const { status } = secret;
  if (status === "VIEWED") return t("handOff.openedText");
  if (status === "DESTROYED") return destroyedText(secret)?.long ?? "";
  return t("handOff.neverOpened");
}
