import type { Database } from "../db.ts";
import { closeInterruptedBatch, expireBatch } from "./secret-store.ts";

/** Keeps each statement short: a batch of this size holds its locks for some tens of milliseconds. */
const BATCH = 1000;

/** How much one sweep did. */
export interface SweepResult {
  expired: number;
  interrupted: number;
}

/**
 * Removes every payload whose TTL is over and closes attempts that a dead process left open, in batches until
 * nothing is left. Safe to run in any number of processes at once: each skips the rows another is working on.
 */
export async function expireSecrets({ db }: { db: Database }): Promise<SweepResult> {
  return {
    expired: await untilDone(() => expireBatch(db, BATCH)),
    interrupted: await untilDone(() => closeInterruptedBatch(db, BATCH)),
  };
}

async function untilDone(runBatch: () => Promise<number>): Promise<number> {
  let total = 0;
  for (let done = BATCH; done === BATCH; total += done) done = await runBatch();
  return total;
}
