import { useQuery } from "@tanstack/react-query";
import { runDocument } from "../api/graphql-client.ts";
import { FailedAttemptsDocument } from "../gql/graphql.ts";
import { t } from "../i18n/i18n.ts";
import { Notice } from "../ui/notice.tsx";
import { destroyedWords, type TtlSecret } from "./ttl-secret.ts";

/** Alert that an attempt destroyed a secret: what happened, from which address, and what to do. */
export function DestroyedAlert(props: {
  projectId: string;
  secret: TtlSecret;
  onCreateAgain: (secret: TtlSecret) => void;
  onDismiss: (secret: TtlSecret) => void;
}) {
  const { projectId, secret } = props;
  const address = useAttemptAddress(projectId, secret.id);
  const what = secret.destroyedReason ? t(destroyedWords[secret.destroyedReason].long) : "";
  return (
    <div className="destroyed-alert" data-testid="destroyed-alert">
      <Notice>
        <p className="alert-title">{t("ttlSecrets.alert.title", { name: secret.name })}</p>
        <p>
          {what}
          {address ? ` ${t("ttlSecrets.alert.address", { address })}` : null}
        </p>
        <p>{t("ttlSecrets.alert.advice")}</p>
        <p className="alert-actions">
          <button type="button" className="button button-small" onClick={() => props.onCreateAgain(secret)}>
            {t("ttlSecrets.createAgain")}
          </button>
          <button type="button" className="button button-small" onClick={() => props.onDismiss(secret)}>
            {t("ttlSecrets.alert.dismiss")}
          </button>
        </p>
      </Notice>
    </div>
  );
}

/** Source address of the attempt, from the audit log. */
function useAttemptAddress(projectId: string, secretId: string): string | undefined {
  const attempts = useQuery({
    queryKey: ["failed-attempt", projectId, secretId],
    queryFn: async ({ signal }) => {
      const { auditEvents } = await runDocument(FailedAttemptsDocument, { projectId }, signal);
      const isIt = ({ action, ttlSecretId }: (typeof auditEvents.nodes)[number]) =>
        action === "temporary_secret_failed" && ttlSecretId === secretId;
      return auditEvents.nodes.find(isIt)?.sourceIp ?? null;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  return attempts.data ?? undefined;
}
