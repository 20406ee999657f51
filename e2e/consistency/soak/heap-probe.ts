/**
 * Preloaded into an API process (`NODE_OPTIONS=--expose-gc --import=…`): periodically collects all garbage and logs the
 * live memory. Resident memory does not show it: V8 allocates ahead and releases late.
 */

/** Pause between two collections, in ms. Does not keep the process alive. */
const PAUSE_MS = 5_000;

const MIB = 1024 * 1024;

const { gc } = globalThis;
if (!gc) throw new Error("the probe needs --expose-gc");

setInterval(() => {
  gc();
  const { heapUsed, external } = process.memoryUsage();
  process.stderr.write(`live heap ${((heapUsed + external) / MIB).toFixed(2)} MiB\n`);
}, PAUSE_MS).unref();
