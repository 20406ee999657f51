import { projects, vaults } from "@ttl-secrets/drizzle/schema";
import type { Database, Queryable } from "../db/client.ts";

/** Every trigger of the migrations. Secrets, the audit log and streams depend on them. */
const TRIGGERS =
  `api_keys_notify_changed api_keys_notify_deleted audit_chain_starts_checked audit_chain_starts_kept
  audit_chain_starts_no_truncate audit_chains_kept audit_chains_no_truncate audit_events_append_only audit_events_chain
  audit_events_no_truncate members_notify_changed members_notify_deleted projects_notify_deleted
  sessions_notify_deleted sessions_notify_shortened sessions_refuse_disabled ttl_secrets_notify_changed
  ttl_secrets_notify_created ttl_secrets_stamp_change`.split(/\s+/);

/** Names of the triggers that are missing or disabled, or that this session does not run. */
export async function missingTriggers({ sql }: Pick<Database, "sql">): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    SELECT tgname AS name FROM pg_trigger
    WHERE NOT tgisinternal AND tgenabled = ANY(
      string_to_array(CASE current_setting('session_replication_role') WHEN 'replica' THEN 'A,R' ELSE 'A,O' END, ',')::"char"[])`;
  const present = new Set(rows.map(({ name }) => name));
  return TRIGGERS.filter((name) => !present.has(name));
}

/** Stores a vault with a project, for a transaction that is rolled back. */
export async function insertTestVault(
  tx: Queryable,
  { vaultId, projectId }: { vaultId: string; projectId: string },
): Promise<void> {
  await tx.insert(vaults).values({ id: vaultId, name: "self-test" });
  await tx.insert(projects).values({ id: projectId, vaultId, name: "self-test" });
}
