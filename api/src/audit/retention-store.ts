/**
 * The SQL that deletes audit events past their retention. Each vault keeps the start of its chain, the place and hash of
 * the last deleted event, from which the rest can be verified.
 */
import type { TransactionSql } from "postgres";
import type { Database } from "../db/client.ts";

/** Key of an advisory lock that nothing else in the database uses. One process at a time deletes events. */
const PURGE_LOCK = 7_786_502;

/** A batch of one vault's oldest events. */
interface OldEvents {
  vaultId: string;
  /** Place of the last of them, and its hash. */
  seq: number;
  hash: Buffer;
  count: number;
}

/**
 * Deletes at most `limit` events older than `days`, all of one vault and from the start of its chain; an event that is
 * older than one before it stays until that one is deleted. Returns how many; 0 also while another process deletes. The
 * database refuses to delete an event younger than 30 days or not at the start of its chain.
 */
export function purgeBatch(db: Pick<Database, "sql">, days: number, limit: number): Promise<number> {
  return db.sql.begin(async (tx) => {
    const [lock] = await tx<
      [{ isOurs: boolean }]
    >`SELECT pg_try_advisory_xact_lock(${PURGE_LOCK}) AS "isOurs"`;
    const old = lock.isOurs && (await oldestEvents(tx, days, limit));
    if (!old) return 0;
    const { vaultId, seq, hash, count } = old;
    await tx`
      INSERT INTO audit_chain_starts (vault_id, seq, hash) VALUES (${vaultId}, ${seq}::bigint, ${hash})
      ON CONFLICT (vault_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, moved_at = excluded.moved_at`;
    await tx`DELETE FROM audit_events WHERE vault_id = ${vaultId} AND seq <= ${seq}::bigint`;
    return count;
  });
}

async function oldestEvents(tx: TransactionSql, days: number, limit: number): Promise<OldEvents | undefined> {
  const [old] = await tx<OldEvents[]>`
    WITH vault AS (
      SELECT c.vault_id, coalesce(s.seq, 0) AS start
      FROM audit_chains c LEFT JOIN audit_chain_starts s USING (vault_id)
      JOIN audit_events e ON e.vault_id = c.vault_id AND e.seq = coalesce(s.seq, 0) + 1
      WHERE e.at < now() - make_interval(days => ${days}) LIMIT 1
    ), batch AS (
      SELECT e.vault_id, e.seq, e.hash,
        count(*) FILTER (WHERE e.at >= now() - make_interval(days => ${days})) OVER (ORDER BY e.seq) AS young
      FROM audit_events e JOIN vault v ON v.vault_id = e.vault_id AND e.seq > v.start AND e.seq <= v.start + ${limit}::bigint
    )
    SELECT vault_id AS "vaultId", seq::float8 AS seq, hash, (count(*) OVER ())::int AS count
    FROM batch WHERE young = 0 ORDER BY seq DESC LIMIT 1`;
  return old;
}
