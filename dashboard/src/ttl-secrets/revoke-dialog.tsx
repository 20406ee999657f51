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
    <Dialog title="Revoke this TTL secret?" onCloseRequest={onClose}>
      <div className="stack">
        <p>
          <strong className="name-to-type">{secret.name}</strong> is destroyed at once. Its link stops
          working, and the recipient is told that it is not available.
        </p>
        {error ? (
          <Notice>
            {error.code === "NOT_FOUND"
              ? "It has already ended. Close this and look at its status in the list."
              : errorText(error)}
          </Notice>
        ) : null}
        <div className="dialog-actions">
          <button type="button" className="button" data-initial-focus onClick={onClose}>
            Keep it
          </button>
          <button
            type="button"
            className="button button-danger"
            aria-disabled={revoke.isPending || undefined}
            onClick={() => {
              if (!revoke.isPending) revoke.mutate(secret.id, { onSuccess: onClose });
            }}
          >
            Revoke
          </button>
        </div>
      </div>
    </Dialog>
  );
}
