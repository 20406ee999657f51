import { Trans } from "react-i18next";
import { t } from "../i18n/i18n.ts";
import { serverNow } from "../shared/server-clock.ts";
import { timeOfDay } from "./hand-off-messages.ts";
import { destroyedWords, endedAt, type TtlSecret } from "./ttl-secret.ts";
import { StatusBadge, TtlRing, useCountdown, useStatus } from "./ttl-secret-status.tsx";

/** What becomes of the secret while its hand-off is open: its time running down, then how it ended, and when. */
export function HandOffStatus({ secret }: { secret: TtlSecret }) {
  const left = useCountdown(secret.expiresAt);
  const pending = useStatus(secret) === "PENDING";
  return (
    <div className="hand-off-status" data-testid="hand-off-status">
      {pending ? (
        <p className="hand-off-remaining">
          <TtlRing secret={secret} />
          <span>
            <Trans i18nKey="handOff.remaining" values={{ time: left }} components={{ time: <strong /> }} />
          </span>
        </p>
      ) : null}
      {/* There from the start, so that its first words are said; the countdown is not said. */}
      <div role="status">{pending ? null : <Ending secret={secret} />}</div>
    </div>
  );
}

function Ending({ secret }: { secret: TtlSecret }) {
  const status = useStatus(secret);
  const at = timeOfDay(endedAt(secret, serverNow()) ?? secret.expiresAt);
  return (
    <>
      <StatusBadge secret={secret} />
      {status === "VIEWED" ? <p>{t("handOff.openedAt", { at })}</p> : null}
      {status === "DESTROYED" ? (
        <p>
          {t("handOff.destroyedAt", { at })} {t(destroyedWords[secret.destroyedReason ?? "INTERRUPTED"].long)}
        </p>
      ) : null}
      {status === "EXPIRED" ? <p>{t("handOff.expiredAt", { at })}</p> : null}
      {status === "REVOKED" ? <p>{t("handOff.revokedAt", { at })}</p> : null}
    </>
  );
}
