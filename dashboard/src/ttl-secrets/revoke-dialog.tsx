import { Trans } from "react-i18next";
import { t } from "../i18n/i18n.ts";
import { asApiError } from "../shared/api-error.ts";
import { Dialog } from "../shared/dialog.tsx";
import { errorText } from "../shared/error-text.ts";
import { Notice } from "../shared/notice.tsx";
import type { TtlSecret } from "./ttl-secret.ts";
import { useRevokeTtlSecret } from "./ttl-secret-list.ts";

/** Asks before a pending secret is taken back. */
export function RevokeDialog(props: { projectId: string; secret: TtlSecret; onClose: () => void }) {
  const { projectId, secret, onClose } = props;
  const revoke = useRevokeTtlSecret(projectId);
  const error = revoke.error && asApiError(revoke.error);
  return (
    <Dialog title={t("ttlSecrets.revokeTitle")} onCloseRequest={onClose}>
      <div className="stack">
        <p>
          <Trans
            i18nKey="ttlSecrets.revokeText"
            values={{ name: secret.name }}
            components={{ name: <strong className="name-to-type" /> }}
          />
        </p>
        {error ? (
          <Notice>{error.code === "NOT_FOUND" ? t("ttlSecrets.revokeTooLate") : errorText(error)}</Notice>
        ) : null}
        <div className="dialog-actions">
          <button type="button" className="button" data-initial-focus onClick={onClose}>
            {t("ttlSecrets.revokeKeep")}
          </button>
          <button
            type="button"
            className="button button-danger"
            aria-disabled={revoke.isPending || undefined}
            onClick={() => {
              if (!revoke.isPending) revoke.mutate(secret.id, { onSuccess: onClose });
            }}
          >
            {t("ttlSecrets.revoke")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
