import type { Database } from "../db.ts";
import type { Logger } from "../log.ts";
import type { RateLimits } from "../rate-limit.ts";
import { type Repeated, repeat } from "../repeat.ts";
import { forgetOldAttempts } from "./create-attempt-store.ts";
import type { DatabaseWatch } from "./database-watch.ts";
import { expireSecrets, type OnBatch, type SweepResult } from "./expire-secrets.ts";

interface SweepDeps {
  db: Database;
  rateLimits: Pick<RateLimits, "sweep">;
  watch?: DatabaseWatch;
  onBatch?: OnBatch;
}

/**
 * Looks whether the database is the one it was, and sweeps away what is over, secrets, rate-limit counters and
 * idempotency keys.
 */
export async function sweepOnce(deps: SweepDeps): Promise<SweepResult> {
  const { db, rateLimits, watch } = deps;
  await watch?.look();
  const result = await expireSecrets(deps);
  await rateLimits.sweep();
  await forgetOldAttempts(db);
  return result;
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
    const { expired, interrupted } = await sweepOnce(deps);
    doneAt = performance.now();
    if (expired > 0 || interrupted > 0) log.info({ expired, interrupted }, "swept");
  };
  const repeated = repeat(sweep, intervalSeconds, { log, failure: "a sweep failed and will be tried again" });
  const patienceMs = (MISSED_SWEEPS * intervalSeconds + SWEEP_SECONDS) * 1000;
  return { ...repeated, isRecent: () => performance.now() - doneAt < patienceMs };
}
