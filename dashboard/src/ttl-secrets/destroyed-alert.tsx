import { useQuery } from "@tanstack/react-query";
import { FailedAttemptsDocument } from "../gql/graphql.ts";
import { runDocument } from "../shared/graphql-client.ts";
import { Notice } from "../shared/notice.tsx";
import { destroyedWords, type TtlSecret } from "./ttl-secret.ts";

/**
 * Says that an attempt destroyed a secret: what happened, from which address, and what can be done about it.
 */
export function DestroyedAlert(props: {
  projectId: string;
  secret: TtlSecret;
  onCreateAgain: (secret: TtlSecret) => void;
  onDismiss: (secret: TtlSecret) => void;
}) {
  const { projectId, secret } = props;
  const address = useAttemptAddress(projectId, secret.id);
  const what = secret.destroyedReason ? destroyedWords[secret.destroyedReason].long : "";
  return (
    <div data-testid="destroyed-alert">
      <Notice>
        <p className="alert-title">{`“${secret.name}” was destroyed`}</p>
        <p>
          {what}
          {address ? ` The attempt came from ${address}.` : null}
        </p>
        <p>
          The credential was not exposed by it. If that was your recipient, create the secret again and check
          how they get the passphrase. If it was not, somebody else has the link: send the new one another
          way.
        </p>
        <p className="alert-actions">
          <button type="button" className="button button-small" onClick={() => props.onCreateAgain(secret)}>
            Create again
          </button>
          <button type="button" className="button button-small" onClick={() => props.onDismiss(secret)}>
            Dismiss
          </button>
        </p>
      </Notice>
    </div>
  );
}

/** Where the attempt came from, as the audit log has it. */
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
