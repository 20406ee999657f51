import type { Database } from "../db.ts";
import type { Logger } from "../log.ts";
import type { RateLimits } from "../rate-limit.ts";
import { type Repeated, repeat } from "../repeat.ts";
import { forgetOldAttempts } from "./create-attempt-store.ts";
import type { DatabaseWatch } from "./database-watch.ts";
import { expireSecrets, type SweepResult } from "./expire-secrets.ts";

interface SweepDeps {
  db: Database;
  rateLimits: Pick<RateLimits, "sweep">;
  watch?: DatabaseWatch;
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

/** Sweeps now and then every `intervalSeconds`. */
export function startSweep(deps: SweepDeps & { log: Logger }, intervalSeconds: number): Repeated {
  const { log } = deps;
  const sweep = async () => {
    const { expired, interrupted } = await sweepOnce(deps);
    if (expired > 0 || interrupted > 0) log.info({ expired, interrupted }, "swept");
  };
  return repeat(sweep, intervalSeconds, { log, failure: "a sweep failed and will be tried again" });
}
