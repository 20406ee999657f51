import { asApiError } from "../api/api-error.ts";
import { t } from "../i18n/i18n.ts";
import { errorText } from "../ui/error-text.ts";
import { RevokeQuestion } from "../ui/revoke-question.tsx";
import { RichText } from "../ui/rich-text.tsx";
import type { TtlSecret } from "./ttl-secret.ts";
import { useRevokeTtlSecret } from "./ttl-secret-list.ts";

/** Confirms the revocation of a pending secret. */
export function RevokeDialog(props: { projectId: string; secret: TtlSecret; onClose: () => void }) {
  const { projectId, secret, onClose } = props;
  const revoke = useRevokeTtlSecret(projectId);
  const error = revoke.error && asApiError(revoke.error);
  return (
    <RevokeQuestion
      title={t("ttlSecrets.revokeTitle")}
      problem={error && (error.code === "NOT_FOUND" ? t("ttlSecrets.revokeTooLate") : errorText(error))}
      isRevoking={revoke.isPending}
      onRevoke={() => revoke.mutate(secret.id, { onSuccess: onClose })}
      onClose={onClose}
    >
      <RichText
        i18nKey="ttlSecrets.revokeText"
        values={{ name: secret.name }}
        components={{ name: <strong className="name-to-type" translate="no" /> }}
      />
    </RevokeQuestion>
  );
}
