/** The SQL that lets go of what sign-ins leave behind. better-auth itself removes none of it. */
import type { Database } from "../db/client.ts";

/** Far longer than any of its windows, which are of a minute at most. In ms, as its column. */
const COUNTER_KEPT_MS = 3_600_000;

/** Removes at most `limit` sessions that ended by themselves. Returns how many. */
export async function forgetDeadSessions({ sql }: Pick<Database, "sql">, limit: number): Promise<number> {
  const { count } = await sql`
    DELETE FROM sessions WHERE id IN (
      SELECT id FROM sessions WHERE expires_at <= now() ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
  return count;
}

/** Removes at most `limit` counters of sign-ins whose window is long over. Returns how many. */
export async function forgetOldCounters({ sql }: Pick<Database, "sql">, limit: number): Promise<number> {
  const { count } = await sql`
    DELETE FROM auth_rate_limits WHERE id IN (
      SELECT id FROM auth_rate_limits
      WHERE last_request <= (extract(epoch FROM now()) * 1000)::bigint - ${COUNTER_KEPT_MS}::bigint
      ORDER BY last_request LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
  return count;
}
