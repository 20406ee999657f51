import postgres from "postgres";

/** Ends the TTL of a project's pending secrets now, by moving them into the past as a whole. */
export async function endTtl(databaseUrl: string, projectId: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1 });
  await sql`
    WITH past AS (
      UPDATE ttl_secrets SET created_at = now() - (expires_at - created_at), expires_at = now()
      WHERE status = 'pending' AND project_id = ${projectId} RETURNING id, expires_at)
    UPDATE ttl_secret_payloads y SET expires_at = past.expires_at FROM past WHERE past.id = y.secret_id`;
  await sql.end();
}
