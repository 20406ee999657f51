import postgres from "postgres";

/** Lets the TTL of all pending secrets end now, leaving everything else true. */
export async function endTtl(databaseUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1 });
  await sql`
    WITH past AS (
      UPDATE ttl_secrets SET created_at = now() - (expires_at - created_at), expires_at = now()
      WHERE status = 'pending' RETURNING id, expires_at)
    UPDATE ttl_secret_payloads y SET expires_at = past.expires_at FROM past WHERE past.id = y.secret_id`;
  await sql.end();
}
