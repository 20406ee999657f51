/** Keeps each statement short: a batch of this size holds its locks for some tens of milliseconds. */
export const BATCH = 1000;

/** Is told of each batch: what it was about, and how many rows it had. */
export type OnBatch = (what: string, rows: number) => void;

/** Who has a say in how batches go by. */
export interface Batches {
  onBatch?: OnBatch | undefined;
  /** Once aborted, no further batch begins: what is left is left to the next time. */
  signal?: AbortSignal | undefined;
}

/** Runs `runBatch`, which takes the most rows it may touch and returns how many it did, until it has nothing left to do. */
export async function inBatches(
  what: string,
  runBatch: (limit: number) => Promise<number>,
  { onBatch, signal }: Batches = {},
): Promise<number> {
  let total = 0;
  for (let done = BATCH; done === BATCH && !signal?.aborted; total += done) {
    done = await runBatch(BATCH);
    onBatch?.(what, done);
  }
  return total;
}
