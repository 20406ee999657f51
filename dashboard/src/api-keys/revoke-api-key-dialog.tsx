import { asApiError } from "../api/api-error.ts";
import { t } from "../i18n/i18n.ts";
import { errorText } from "../ui/error-text.ts";
import { RevokeQuestion } from "../ui/revoke-question.tsx";
import { RichText } from "../ui/rich-text.tsx";
import { type ApiKey, useRevokeApiKey } from "./api-keys.ts";

/** Confirms the revocation of an API key. */
export function RevokeApiKeyDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const revoke = useRevokeApiKey();
  return (
    <RevokeQuestion
      title={t("apiKeys.revokeTitle")}
      problem={revoke.error && errorText(asApiError(revoke.error))}
      isRevoking={revoke.isPending}
      onRevoke={() => revoke.mutate(apiKey.id, { onSuccess: onClose })}
      onClose={onClose}
    >
      <RichText
        i18nKey="apiKeys.revokeText"
        values={{ name: apiKey.name }}
        components={{ name: <strong className="name-to-type" translate="no" /> }}
      />
    </RevokeQuestion>
  );
}
