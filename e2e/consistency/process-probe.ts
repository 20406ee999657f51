/**
 * Preloaded into an API process (`NODE_OPTIONS=--import …`): reads a file and asks the resolver, over and over, one after
 * the other, as anything might that shares libuv's thread pool with Argon2, and writes down how long it had to wait and
 * how much memory the process has then.
 */
import { lookup } from "node:dns/promises";
import { readFile } from "node:fs/promises";

/** Between two probes, in ms. Does not keep the process alive. */
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
