/**
 * Preloaded into an API process (`NODE_OPTIONS=--import …`): repeatedly reads a file and resolves a name, which share
 * libuv's thread pool with Argon2, and logs how long that took and the process's resident memory.
 */
import { lookup } from "node:dns/promises";
import { readFile } from "node:fs/promises";

/** Pause between two probes, in ms. Does not keep the process alive. */
const PAUSE_MS = 10;

async function probe(): Promise<void> {
  const start = performance.now();
  await readFile(new URL(import.meta.url));
  await lookup("localhost");
  const waitMs = Math.round(performance.now() - start);
  process.stderr.write(`probe ${JSON.stringify({ waitMs, rss: process.memoryUsage.rss() })}\n`);
  setTimeout(() => void probe(), PAUSE_MS).unref();
}

void probe();
