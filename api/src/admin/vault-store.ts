import type { Database } from "../db/client.ts";

/** A vault with counts of its contents. */
interface VaultSummary {
  id: string;
  name: string;
  createdAt: string;
  members: { email: string; role: string; disabled: boolean }[];
  projects: number;
  pendingSecrets: number;
  auditEvents: number;
}

/** All vaults, oldest first. */
export async function listVaults({ sql }: Pick<Database, "sql">): Promise<VaultSummary[]> {
  const rows = await sql<VaultSummary[]>`
    SELECT v.id, v.name, to_char(v.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "createdAt",
      (SELECT coalesce(json_agg(json_build_object('email', u.email, 'role', m.role, 'disabled', u.disabled_at IS NOT NULL)
          ORDER BY m.created_at, u.email), '[]')
        FROM members m JOIN users u ON u.id = m.user_id WHERE m.vault_id = v.id) AS members,
      (SELECT count(*)::int FROM projects p WHERE p.vault_id = v.id) AS projects,
      (SELECT count(*)::int FROM projects p JOIN ttl_secrets s ON s.project_id = p.id
        WHERE p.vault_id = v.id AND s.status = 'pending' AND s.expires_at > now()) AS "pendingSecrets",
      coalesce((SELECT length::float8 FROM audit_chains c WHERE c.vault_id = v.id), 0) AS "auditEvents"
    FROM vaults v ORDER BY v.created_at, v.id`;
  return [...rows];
}
