import type { Database } from "../db.ts";
import type { Logger } from "../log.ts";
import type { RateLimits } from "../rate-limit.ts";
import { type Repeated, repeat } from "../repeat.ts";
import { currentTracer } from "../tracing/tracing.ts";
import type { DatabaseWatch } from "./database-watch.ts";
import { expireSecrets, type SweepResult } from "./expire-secrets.ts";
import { forgetOld, type Retention } from "./forget-old.ts";
import type { OnBatch } from "./in-batches.ts";

interface SweepDeps {
  db: Database;
  rateLimits: Pick<RateLimits, "sweep">;
  watch?: DatabaseWatch;
  retention: Retention;
  onBatch?: OnBatch;
}

/**
 * Looks whether the database is the one it was, and sweeps away what is over: secrets, rate-limit counters, and whatever
 * else is older than it is kept.
 */
export async function sweepOnce(
  deps: SweepDeps,
): Promise<SweepResult & { forgotten: number; auditEvents: number }> {
  const { db, rateLimits, watch, retention, onBatch } = deps;
  await watch?.look();
  const result = await expireSecrets(deps);
  await rateLimits.sweep();
  return { ...result, ...(await forgetOld(db, retention, onBatch)) };
}

/** How many sweeps in a row may fail, or be on their way, before the last good one counts as long ago. */
const MISSED_SWEEPS = 3;

/** What a sweep may take, in seconds, on top of that: it may find an hour's worth after the database was away. */
const SWEEP_SECONDS = 60;

/** The sweep of this process. */
export interface Sweep extends Repeated {
  /** Whether it has lately been through, or was started just now. */
  isRecent(): boolean;
}

/** Sweeps now and then every `intervalSeconds`. */
export function startSweep(deps: SweepDeps & { log: Logger }, intervalSeconds: number): Sweep {
  const { log } = deps;
  // By a clock that nobody sets.
  let doneAt = performance.now();
  const sweep = async () => {
    const work = () => sweepOnce(deps);
    const swept = await (currentTracer()?.root("sweep", work) ?? work());
    doneAt = performance.now();
    if (Object.values(swept).some((rows) => rows > 0)) log.info(swept, "swept");
  };
  const repeated = repeat(sweep, intervalSeconds, { log, failure: "a sweep failed and will be tried again" });
  const patienceMs = (MISSED_SWEEPS * intervalSeconds + SWEEP_SECONDS) * 1000;
  return { ...repeated, isRecent: () => performance.now() - doneAt < patienceMs };
}
