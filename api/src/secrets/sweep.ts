import type { Database } from "../db.ts";
import type { Logger } from "../log.ts";
import type { RateLimits } from "../rate-limit.ts";
import { type Repeated, repeat } from "../repeat.ts";
import { forgetOldAttempts } from "./create-attempt-store.ts";
import { expireSecrets } from "./expire-secrets.ts";

/** Sweeps away what is over, secrets, rate-limit counters and idempotency keys, now and then every `intervalSeconds`. */
export function startSweep(
  deps: { db: Database; rateLimits: RateLimits; log: Logger },
  intervalSeconds: number,
): Repeated {
  const { db, rateLimits, log } = deps;
  const sweep = async () => {
    const { expired, interrupted } = await expireSecrets(deps);
    if (expired > 0 || interrupted > 0) log.info({ expired, interrupted }, "swept");
    await rateLimits.sweep();
    await forgetOldAttempts(db);
  };
  return repeat(sweep, intervalSeconds, { log, failure: "a sweep failed and will be tried again" });
}
