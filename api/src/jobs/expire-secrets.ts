import type { Database } from "../db/client.ts";
import { closeInterruptedBatch } from "../secrets/attempt-store.ts";
import { expireBatch } from "../secrets/secret-store.ts";
import { type Batches, runInBatches } from "./batches.ts";

/** How much one sweep did. */
export interface SweepResult {
  expired: number;
  interrupted: number;
}

/**
 * Removes every payload whose TTL is over and closes attempts that a dead process left open, in batches until
 * nothing is left. Safe to run in any number of processes at once: each skips the rows another is working on.
 */
export async function expireSecrets({ db, ...batches }: { db: Database } & Batches): Promise<SweepResult> {
  return {
    expired: await runInBatches("expired", (limit) => expireBatch(db, limit), batches),
    interrupted: await runInBatches("interrupted", (limit) => closeInterruptedBatch(db, limit), batches),
  };
}
