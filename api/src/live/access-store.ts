/** The SQL that checks whether subscribers are still authorized. */
import { projectScope } from "../accounts/principal.ts";
import type { Database } from "../db/client.ts";
import type { Subscription } from "./subscriber.ts";

/** Whether a subscription may continue. */
export interface AccessCheck {
  /** When the session or API key expires; null if it has ended. */
  validUntil: Date | null;
  /** Whether it still has access to the vault. */
  isInVault: boolean;
  /** Whether the vault still has the project. */
  hasProject: boolean;
}

/** Current access of each subscription, in input order. One query for all. */
export async function checkAccess(
  db: Database,
  subscriptions: readonly Subscription[],
): Promise<AccessCheck[]> {
  const asked = subscriptions.map(({ principal, projectId }, n) => ({
    n,
    ...(principal.kind === "member"
      ? { session: principal.sessionId, user: principal.member.userId }
      : { key: principal.id }),
    vault: projectScope(principal).vaultId,
    project: projectId,
  }));
  const rows = await db.sql<{ untilMs: number | null; isInVault: boolean; hasProject: boolean }[]>`
    SELECT (extract(epoch FROM coalesce(s.expires_at, k.expires_at)) * 1000)::float8 AS "untilMs",
      m.user_id IS NOT NULL OR k.id IS NOT NULL AS "isInVault", p.id IS NOT NULL AS "hasProject"
    FROM jsonb_to_recordset(${JSON.stringify(asked)}::text::jsonb)
      AS c (n int, session text, "user" text, key uuid, vault text, project uuid)
    LEFT JOIN sessions s ON s.id = c.session AND s.user_id = c."user" AND s.expires_at > now()
    LEFT JOIN members m ON m.user_id = c."user" AND m.vault_id = c.vault
    LEFT JOIN api_keys k ON k.id = c.key AND k.vault_id = c.vault AND k.expires_at > now() AND k.revoked_at IS NULL
      AND 'ttl-secrets:read' = ANY(k.scopes) AND (k.project_ids IS NULL OR c.project = ANY(k.project_ids))
    LEFT JOIN projects p ON p.id = c.project AND p.vault_id = c.vault
    ORDER BY c.n`;
  return rows.map(({ untilMs, isInVault, hasProject }) => ({
    validUntil: untilMs === null ? null : new Date(untilMs),
    isInVault,
    hasProject,
  }));
}
