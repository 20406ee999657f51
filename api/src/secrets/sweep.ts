import type { Database } from "../db.ts";
import type { Logger } from "../log.ts";
import type { RateLimits } from "../rate-limit.ts";
import { type Repeated, repeat } from "../repeat.ts";
import { forgetOldAttempts } from "./create-attempt-store.ts";
import type { DatabaseWatch } from "./database-watch.ts";
import { expireSecrets } from "./expire-secrets.ts";

/**
 * Looks whether the database is the one it was, and sweeps away what is over, secrets, rate-limit counters and
 * idempotency keys, now and then every `intervalSeconds`.
 */
export function startSweep(
  deps: { db: Database; rateLimits: RateLimits; watch?: DatabaseWatch; log: Logger },
  intervalSeconds: number,
): Repeated {
  const { db, rateLimits, watch, log } = deps;
  const sweep = async () => {
    await watch?.look();
    const { expired, interrupted } = await expireSecrets(deps);
    if (expired > 0 || interrupted > 0) log.info({ expired, interrupted }, "swept");
    await rateLimits.sweep();
    await forgetOldAttempts(db);
  };
  return repeat(sweep, intervalSeconds, { log, failure: "a sweep failed and will be tried again" });
}
