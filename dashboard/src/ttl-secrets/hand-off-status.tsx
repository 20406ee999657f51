import { useId, useState } from "react";
import { t } from "../i18n/i18n.ts";
import { RichText } from "../ui/rich-text.tsx";
import { RevokeDialog } from "./revoke-dialog.tsx";
import type { TtlSecret } from "./ttl-secret.ts";
import { StatusBadge, useCountdown } from "./ttl-secret-status.tsx";

/** Status of a pending secret while its hand-off is open: a countdown, and the button that revokes it. */
export function HandOffStatus({ projectId, secret }: { projectId: string; secret: TtlSecret }) {
  const [revoking, setRevoking] = useState(false);
  const nameId = useId();
  return (
    <div className="hand-off-status" data-testid="hand-off-status">
      <div>
        <p className="hand-off-name" id={nameId} translate="no">
          {secret.name}
        </p>
        <div className="hand-off-now">
          <StatusBadge secret={secret} />
          <p className="hand-off-remaining">
            <RichText i18nKey="handOff.remaining" components={{ time: <Left until={secret.expiresAt} /> }} />
          </p>
        </div>
      </div>
      <button
        type="button"
        className="button button-small"
        aria-describedby={nameId}
        onClick={() => setRevoking(true)}
      >
        {t("common.revoke")}
      </button>
      {revoking ? (
        <RevokeDialog projectId={projectId} secret={secret} onClose={() => setRevoking(false)} />
      ) : null}
    </div>
  );
}

/** Not translated by the browser: it changes every second. */
function Left({ until }: { until: string }) {
  return <strong translate="no">{useCountdown(until)}</strong>;
}
