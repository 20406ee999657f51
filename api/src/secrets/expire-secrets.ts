import type { Database } from "../db.ts";
import { closeInterruptedBatch, expireBatch } from "./secret-store.ts";

/** Keeps each statement short: a batch of this size holds its locks for some tens of milliseconds. */
const BATCH = 1000;

/** Is told of each batch: what it was about, and how many rows it had. */
export type OnBatch = (what: string, rows: number) => void;

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
  onBatch = () => {},
}: {
  db: Database;
  onBatch?: OnBatch | undefined;
}): Promise<SweepResult> {
  const untilDone = async (what: string, runBatch: () => Promise<number>) => {
    let total = 0;
    for (let done = BATCH; done === BATCH; total += done) {
      done = await runBatch();
      onBatch(what, done);
    }
    return total;
  };
  return {
    expired: await untilDone("expired", () => expireBatch(db, BATCH)),
    interrupted: await untilDone("interrupted", () => closeInterruptedBatch(db, BATCH)),
  };
}
