import { useId, useState } from "react";
import { Trans } from "react-i18next";
import { serverNow } from "../api/server-clock.ts";
import { t } from "../i18n/i18n.ts";
import { timeOfDay } from "./hand-off-messages.ts";
import { RevokeDialog } from "./revoke-dialog.tsx";
import { destroyedWords, endedAt, type TtlSecret } from "./ttl-secret.ts";
import { StatusBadge, useCountdown, useStatus } from "./ttl-secret-status.tsx";

/**
 * Status of the secret while its hand-off is open: a countdown, then how and when it ended. Next to it is the
 * possible action: revoke, then create again.
 */
export function HandOffStatus(props: { projectId: string; secret: TtlSecret; onCreateAgain: () => void }) {
  const { secret } = props;
  const pending = useStatus(secret) === "PENDING";
  const [revoking, setRevoking] = useState(false);
  const nameId = useId();
  return (
    <div className="hand-off-status" data-testid="hand-off-status">
      <div>
        <p className="hand-off-name" id={nameId}>
          {secret.name}
        </p>
        <div className="hand-off-now">
          <StatusBadge secret={secret} />
          {pending ? <Remaining until={secret.expiresAt} /> : null}
          {/*
           * Mounted from the start, so that screen readers announce the first change. They don't read the countdown.
           */}
          <div role="status">{pending ? null : <Ending secret={secret} />}</div>
        </div>
      </div>
      {/* One button for both actions, so that it keeps the focus when the secret ends. */}
      <button
        type="button"
        className={pending ? "button button-small" : "button button-small button-quiet"}
        aria-describedby={nameId}
        onClick={pending ? () => setRevoking(true) : props.onCreateAgain}
      >
        {t(pending ? "common.revoke" : "ttlSecrets.createAgain")}
      </button>
      {revoking ? (
        <RevokeDialog projectId={props.projectId} secret={secret} onClose={() => setRevoking(false)} />
      ) : null}
    </div>
  );
}

function Remaining({ until }: { until: string }) {
  const time = useCountdown(until);
  return (
    <p className="hand-off-remaining">
      <Trans i18nKey="handOff.remaining" values={{ time }} components={{ time: <strong /> }} />
    </p>
  );
}

function Ending({ secret }: { secret: TtlSecret }) {
  const status = useStatus(secret);
  const at = timeOfDay(endedAt(secret, serverNow()) ?? secret.expiresAt);
  return (
    <>
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
