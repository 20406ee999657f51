import type { Database } from "../db.ts";
import { inBatches, type OnBatch } from "./in-batches.ts";
import { closeInterruptedBatch, expireBatch } from "./secret-store.ts";

/** How much one sweep did. */
export interface SweepResult {
  expired: number;
  interrupted: number;
}

/**
 * Removes every payload whose TTL is over and closes attempts that a dead process left open, in batches until
 * nothing is left. Safe to run in any number of processes at once: each skips the rows another is working on.
 */
export async function expireSecrets({
  db,
  onBatch,
}: {
  db: Database;
  onBatch?: OnBatch | undefined;
}): Promise<SweepResult> {
  return {
    expired: await inBatches("expired", (limit) => expireBatch(db, limit), onBatch),
    interrupted: await inBatches("interrupted", (limit) => closeInterruptedBatch(db, limit), onBatch),
  };
}
