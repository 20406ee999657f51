import type { TransactionSql } from "postgres";
import type { Database } from "../db/client.ts";

type Sql = Database["sql"] | TransactionSql;

/**
 * The furthest state in which a database was seen. `beat` counts heartbeats of server processes and `xid` transactions, so
 * both only grow, unless the database goes back in time: a copy of its files, or the dump of a table, was restored.
 * `generation` counts how often that was detected; after it, the smaller numbers are valid.
 */
export interface Watermark {
  /** `database_lineage()`: numbers of different lineages are not comparable. */
  lineage: string;
  generation: number;
  beat: number;
  /**
   * The first transaction id not yet assigned. Unlike the WAL position, a restart alone does not advance it, and every
   * role may read it. It is observed only by statements that write, so no crash reverts it once they are committed.
   */
  xid: number;
}

const xid = (sql: Sql) => sql`pg_snapshot_xmax(pg_current_snapshot())::text::float8`;

/** The columns of a `Watermark`, from the table `database_watch`. */
export const watermarkColumns = (sql: Sql) => sql`
  database_lineage() AS lineage, generation, beat::float8 AS beat, ${xid(sql)} AS xid`;

/** The condition that the row of `database_watch` is at or past the watermark; true without one. */
export function isTrusted(sql: Sql, seen: Watermark | undefined) {
  if (!seen) return sql`true`;
  const { lineage, generation, beat } = seen;
  return sql`(database_lineage() = ${lineage} AND (generation > ${generation}
    OR (generation = ${generation} AND beat >= ${beat} AND ${xid(sql)} >= ${seen.xid}::float8)))`;
}

/** The database's current state; undefined when the row of `database_watch` is missing. */
export async function currentWatermark({ sql }: Database): Promise<Watermark | undefined> {
  const [mark] = await sql<Watermark[]>`SELECT ${watermarkColumns(sql)} FROM database_watch`;
  return mark;
}

/** Counts a heartbeat if the database is at or past the watermark. Returns its new state, or undefined if it is not. */
export async function recordHeartbeat(
  { sql }: Database,
  seen: Watermark | undefined,
): Promise<Watermark | undefined> {
  const [mark] = await sql<Watermark[]>`
    UPDATE database_watch SET beat = beat + 1 WHERE ${isTrusted(sql, seen)} RETURNING ${watermarkColumns(sql)}`;
  return mark;
}

/**
 * Runs `work` and starts a new generation in one transaction, in exactly one of the processes that detect a rollback. The
 * others then find a newer generation than they know.
 *
 * @returns whether this call ran `work`.
 */
export function startGeneration(
  { sql }: Database,
  seen: Watermark,
  work: (tx: TransactionSql) => Promise<void>,
): Promise<boolean> {
  return sql.begin(async (tx) => {
    // The table may have been emptied. The new row is older than any watermark.
    await tx`INSERT INTO database_watch VALUES (1, 0, -1) ON CONFLICT DO NOTHING`;
    const [row] = await tx<[{ trusted: boolean }]>`
      SELECT ${isTrusted(tx, seen)} AS trusted FROM database_watch FOR UPDATE`;
    if (row.trusted) return false;
    await work(tx);
    await tx`
      UPDATE database_watch SET generation = greatest(generation, ${seen.generation}) + 1,
        beat = greatest(beat, ${seen.beat}) + 1`;
    return true;
  }) as Promise<boolean>;
}
