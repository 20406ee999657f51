import type { TransactionSql } from "postgres";
import type { Database } from "../db/client.ts";
import { destroyPendingBatch } from "./secret-store.ts";

/** Keeps each statement short: a batch of this size holds its locks for some tens of milliseconds. */
const BATCH = 1000;

/**
 * Destroys what is pending in a database that may have forgotten attempts: `all` of it, or only the `strays`, which
 * were stored before a failover or elsewhere. Safe to run in any number of processes at once.
 *
 * @param actor who does it, for the audit log.
 * @returns how many secrets were destroyed.
 */
export async function destroyPending(
  { sql }: { sql: Database["sql"] | TransactionSql },
  { which, actor }: { which: "all" | "strays"; actor: string },
): Promise<number> {
  let total = 0;
  for (let done = BATCH; done === BATCH; total += done) {
    done = await destroyPendingBatch(sql, { which, actor, limit: BATCH });
  }
  return total;
}
