import { asApiError } from "../shared/api-error.ts";
import { Dialog } from "../shared/dialog.tsx";
import { errorText } from "../shared/error-text.ts";
import { Notice } from "../shared/notice.tsx";
import { type ApiKey, useRevokeApiKey } from "./api-keys.ts";

/** Asks before a key is revoked: what uses it stops working. */
export function RevokeApiKeyDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const revoke = useRevokeApiKey();
  return (
    <Dialog title="Revoke this API key?" onCloseRequest={onClose}>
      <div className="stack">
        <p>
          Whatever uses <strong className="name-to-type">{apiKey.name}</strong> is refused from its next
          request on. This can't be undone. Secrets it created stay.
        </p>
        {revoke.error ? <Notice>{errorText(asApiError(revoke.error))}</Notice> : null}
        <div className="dialog-actions">
          <button type="button" className="button" data-initial-focus onClick={onClose}>
            Keep it
          </button>
          <button
            type="button"
            className="button button-danger"
            aria-disabled={revoke.isPending || undefined}
            onClick={() => {
              if (!revoke.isPending) revoke.mutate(apiKey.id, { onSuccess: onClose });
            }}
          >
            Revoke
          </button>
        </div>
      </div>
    </Dialog>
  );
}
