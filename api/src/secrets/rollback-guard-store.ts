import type { TransactionSql } from "postgres";
import type { Database } from "../db/client.ts";

type Sql = Database["sql"] | TransactionSql;

/**
 * Where a database stands. `beat` counts the looks that processes take, `xid` its transactions, so both only ever grow,
 * unless it goes back in time: a copy of its files, or the dump of a table, is put in their place. `generation` counts how
 * often that was noticed; from then on the smaller numbers are the right ones.
 */
export interface Watermark {
  /** `database_lineage()`: the numbers of another line of history say nothing of this one. */
  lineage: string;
  generation: number;
  beat: number;
  /**
   * The first transaction not yet begun. Unlike the position in the write-ahead log it does not grow by a restart alone,
   * and every user may ask for it. It is only ever taken by statements that write themselves: once these are
   * committed, no crash takes it back.
   */
  xid: number;
}

const xid = (sql: Sql) => sql`pg_snapshot_xmax(pg_current_snapshot())::text::float8`;

/** The columns of a `Watermark`, from the table `database_watch`. */
export const watermarkColumns = (sql: Sql) => sql`
  database_lineage() AS lineage, generation, beat::float8 AS beat, ${xid(sql)} AS xid`;

/** Whether the row of `database_watch` is where this process, or one like it, has seen it, or further on. */
export function isTrusted(sql: Sql, seen: Watermark | undefined) {
  if (!seen) return sql`true`;
  const { lineage, generation, beat } = seen;
  return sql`(database_lineage() = ${lineage} AND (generation > ${generation}
    OR (generation = ${generation} AND beat >= ${beat} AND ${xid(sql)} >= ${seen.xid}::float8)))`;
}

/** Where it stands, by its own account. */
export async function currentWatermark({ sql }: Database): Promise<Watermark | undefined> {
  const [mark] = await sql<Watermark[]>`SELECT ${watermarkColumns(sql)} FROM database_watch`;
  return mark;
}

/** One look: counts it, if the database is where it was `seen` or further on. Undefined if it is not. */
export async function recordHeartbeat(
  { sql }: Database,
  seen: Watermark | undefined,
): Promise<Watermark | undefined> {
  const [mark] = await sql<Watermark[]>`
    UPDATE database_watch SET beat = beat + 1 WHERE ${isTrusted(sql, seen)} RETURNING ${watermarkColumns(sql)}`;
  return mark;
}

/**
 * Lets one of several processes that see the database gone back do what there is to do, and starts a new generation with
 * it, in one transaction. The others then find a newer generation than they know.
 *
 * @returns whether this call was the one.
 */
export function startGeneration(
  { sql }: Database,
  seen: Watermark,
  work: (tx: TransactionSql) => Promise<void>,
): Promise<boolean> {
  return sql.begin(async (tx) => {
    // Somebody may have emptied the table. The new row is older than any that can have been seen.
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
