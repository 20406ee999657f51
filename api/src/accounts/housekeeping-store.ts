/** SQL that deletes expired sessions and sign-in counters, which better-auth never does. */
import type { Database } from "../db/client.ts";

/** In ms, like the column. better-auth's windows are a minute at most. */
const COUNTER_KEPT_MS = 3_600_000;

/** Deletes up to `limit` expired sessions. Returns how many. */
export async function deleteExpiredSessions({ sql }: Pick<Database, "sql">, limit: number): Promise<number> {
  const { count } = await sql`
    DELETE FROM sessions WHERE id IN (
      SELECT id FROM sessions WHERE expires_at <= now() ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
  return count;
}

/** Deletes up to `limit` sign-in counters that were last used over an hour ago. Returns how many. */
export async function deleteOldCounters({ sql }: Pick<Database, "sql">, limit: number): Promise<number> {
  const { count } = await sql`
    DELETE FROM auth_rate_limits WHERE id IN (
      SELECT id FROM auth_rate_limits
      WHERE last_request <= (extract(epoch FROM now()) * 1000)::bigint - ${COUNTER_KEPT_MS}::bigint
      ORDER BY last_request LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
  return count;
}
