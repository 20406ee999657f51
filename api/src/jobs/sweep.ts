import type { Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";
import { type Repeated, repeat } from "../process/every-interval.ts";
import { closeInterruptedBatch } from "../secrets/attempt-store.ts";
import type { RollbackGuard } from "../secrets/rollback-guard.ts";
import { expireBatch } from "../secrets/secret-store.ts";
import type { RateLimits } from "../shared/rate-limit.ts";
import { currentTracer } from "../tracing/tracing.ts";
import { BATCH, type Batches, type OnBatch, runInBatches } from "./batches.ts";
import { deletePastRetention, type Retention } from "./retention.ts";

interface SweepDeps extends Batches {
  db: Database;
  rateLimits: Pick<RateLimits, "sweep">;
  rollbackGuard: RollbackGuard;
  retention: Retention;
}

/** Number of secrets that a sweep ended. */
interface EndedSecrets {
  expired: number;
  interrupted: number;
}

/**
 * Removes every payload past its TTL and closes attempts that a dead process left open, in batches until nothing is left.
 * Safe to run in any number of processes at once: each skips rows that another has locked.
 */
export async function expireSecrets({ db, ...batches }: { db: Database } & Batches): Promise<EndedSecrets> {
  return {
    expired: await runInBatches("expired", (limit) => expireBatch(db, limit), batches),
    interrupted: await runInBatches("interrupted", (limit) => closeInterruptedBatch(db, limit), batches),
  };
}

/**
 * Checks the database for a rollback, then ends secrets past their TTL and deletes rate-limit counters and everything else
 * past its retention. Returns the number of rows by kind.
 *
 * @throws the driver's error when a statement fails; what was done until then is committed.
 */
export async function sweepOnce(
  deps: SweepDeps,
): Promise<EndedSecrets & { forgotten: number; auditEvents: number }> {
  const { db, rateLimits, rollbackGuard, retention, onBatch, signal } = deps;
  await rollbackGuard.check({ signal });
  const result = await expireSecrets({ db, onBatch, signal });
  await rateLimits.sweep();
  return { ...result, ...(await deletePastRetention(db, retention, { onBatch, signal })) };
}

/** Number of consecutive sweeps that may fail or still run before the last good one no longer counts as recent. */
const MISSED_SWEEPS = 3;

/** Seconds that a sweep may take, on top of that, without completing a full batch. */
const SWEEP_SECONDS = 60;

/** The sweep of this process. */
export interface Sweep extends Repeated {
  /** Whether it finished, completed a full batch, or started, recently. */
  isRecent(): boolean;
}

/** Sweeps now and then every `intervalSeconds`. Stopping takes at most one batch and its rest. */
export function startSweep(
  deps: Omit<SweepDeps, "signal"> & { log: Logger },
  intervalSeconds: number,
): Sweep {
  const { log } = deps;
  const stopping = new AbortController();
  // A monotonic clock: setting the system's time must not make a sweep look old.
  let doneAt = performance.now();
  // A sweep that fails each time may process a few rows first. Only a full batch is progress with a backlog.
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
