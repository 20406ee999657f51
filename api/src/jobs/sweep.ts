import type { Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";
import { type Repeated, repeat } from "../process/every-interval.ts";
import type { RollbackGuard } from "../secrets/rollback-guard.ts";
import type { RateLimits } from "../shared/rate-limit.ts";
import { currentTracer } from "../tracing/tracing.ts";
import { BATCH, type Batches, type OnBatch } from "./batches.ts";
import { expireSecrets, type SweepResult } from "./expire-secrets.ts";
import { deletePastRetention, type Retention } from "./retention.ts";

interface SweepDeps extends Batches {
  db: Database;
  rateLimits: Pick<RateLimits, "sweep">;
  rollbackGuard: RollbackGuard;
  retention: Retention;
}

/**
 * Looks whether the database is the one it was, and sweeps away what is over: secrets, rate-limit counters, and whatever
 * else is older than it is kept.
 */
export async function sweepOnce(
  deps: SweepDeps,
): Promise<SweepResult & { forgotten: number; auditEvents: number }> {
  const { db, rateLimits, rollbackGuard, retention, onBatch, signal } = deps;
  await rollbackGuard.check();
  const result = await expireSecrets({ db, onBatch, signal });
  await rateLimits.sweep();
  return { ...result, ...(await deletePastRetention(db, retention, { onBatch, signal })) };
}

/** How many sweeps in a row may fail, or be on their way, before the last good one counts as long ago. */
const MISSED_SWEEPS = 3;

/** What a sweep may take, in seconds, on top of that, without getting through a full batch. */
const SWEEP_SECONDS = 60;

/** The sweep of this process. */
export interface Sweep extends Repeated {
  /** Whether it has lately been through, or on to the next batch of many, or was started just now. */
  isRecent(): boolean;
}

/** Sweeps now and then every `intervalSeconds`. To stop it takes no longer than a batch and a rest. */
export function startSweep(
  deps: Omit<SweepDeps, "signal"> & { log: Logger },
  intervalSeconds: number,
): Sweep {
  const { log } = deps;
  const stopping = new AbortController();
  // By a clock that nobody sets.
  let doneAt = performance.now();
  // A sweep that fails each time may get through a few rows before it does; a full batch is one of a backlog.
  const onBatch: OnBatch = (what, rows) => {
    if (rows === BATCH) doneAt = performance.now();
    deps.onBatch?.(what, rows);
  };
  const sweep = async () => {
    const work = () => sweepOnce({ ...deps, onBatch, signal: stopping.signal });
    const swept = await (currentTracer()?.root("sweep", work) ?? work());
    doneAt = performance.now();
    if (Object.values(swept).some((rows) => rows > 0)) log.info(swept, "swept");
  };
  const repeated = repeat(sweep, intervalSeconds, { log, failure: "a sweep failed and will be tried again" });
  const patienceMs = (MISSED_SWEEPS * intervalSeconds + SWEEP_SECONDS) * 1000;
  const stop = () => {
    stopping.abort();
    return repeated.stop();
  };
  return { stop, isRecent: () => performance.now() - doneAt < patienceMs };
}
