import type { TransactionSql } from "postgres";
import type { FailureReason } from "../audit/audit-event.ts";
import type { Database } from "../db/client.ts";
import { type Batches, runInBatches } from "../jobs/batches.ts";
import { destroyPendingBatch } from "./secret-store.ts";

/**
 * Destroys pending secrets of a database that may have lost attempts: `all`, or only the `foreign` ones, which were stored
 * in another lineage, before a failover or elsewhere. Safe to run in any number of processes at once. `all` takes no rests
 * between batches: its secrets can still be opened, and in a transaction it holds its locks.
 *
 * @param actor the actor in the audit log; `reason`, why, as the log and the sender learn it.
 * @returns how many secrets were destroyed.
 */
export function destroyPending(
  { sql }: { sql: Database["sql"] | TransactionSql },
  { which, actor, reason }: { which: "all" | "foreign"; actor: string; reason: FailureReason },
  batches: Omit<Batches, "rests"> = {},
): Promise<number> {
  const destroyBatch = (limit: number) => destroyPendingBatch(sql, { which, actor, reason, limit });
  return runInBatches("pending", destroyBatch, { ...batches, rests: which === "foreign" });
}
