import { Trans } from "react-i18next";
import { t } from "../i18n/i18n.ts";
import { asApiError } from "../shared/api-error.ts";
import { Dialog } from "../shared/dialog.tsx";
import { errorText } from "../shared/error-text.ts";
import { Notice } from "../shared/notice.tsx";
import { type ApiKey, useRevokeApiKey } from "./api-keys.ts";

/** Asks before a key is revoked: what uses it stops working. */
export function RevokeApiKeyDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const revoke = useRevokeApiKey();
  return (
    <Dialog title={t("apiKeys.revokeTitle")} onCloseRequest={onClose}>
      <div className="stack">
        <p>
          <Trans
            i18nKey="apiKeys.revokeText"
            values={{ name: apiKey.name }}
            components={{ name: <strong className="name-to-type" /> }}
          />
        </p>
        {revoke.error ? <Notice>{errorText(asApiError(revoke.error))}</Notice> : null}
        <div className="dialog-actions">
          <button type="button" className="button" data-initial-focus onClick={onClose}>
            {t("ttlSecrets.revokeKeep")}
          </button>
          <button
            type="button"
            className="button button-danger"
            aria-disabled={revoke.isPending || undefined}
            onClick={() => {
              if (!revoke.isPending) revoke.mutate(apiKey.id, { onSuccess: onClose });
            }}
          >
            {t("ttlSecrets.revoke")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
