import type { Database } from "../db.ts";
import type { Logger } from "../log.ts";
import type { RateLimits } from "../rate-limit.ts";
import { forgetOldAttempts } from "./create-attempt-store.ts";
import { expireSecrets } from "./expire-secrets.ts";

/** A running sweep. */
export interface Sweep {
  /** Stops it, once the run under way, if any, is through. */
  stop(): Promise<void>;
}

/**
 * Sweeps away what is over, secrets, rate-limit counters and idempotency keys, now and then every `intervalSeconds`, measured from the end of one run to the start of the next, so that
 * a run never overlaps itself. A failing run is logged and the next one tried.
 */
export function startSweep(
  deps: { db: Database; rateLimits: RateLimits; log: Logger },
  intervalSeconds: number,
): Sweep {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let running = Promise.resolve();

  const run = async () => {
    try {
      const { expired, interrupted } = await expireSecrets(deps);
      if (expired > 0 || interrupted > 0) deps.log.info({ expired, interrupted }, "swept");
      await deps.rateLimits.sweep();
      await forgetOldAttempts(deps.db);
    } catch (err) {
      deps.log.error({ err }, "a sweep failed and will be tried again");
    }
    if (!stopped) timer = setTimeout(start, intervalSeconds * 1000).unref();
  };
  const start = () => {
    running = run();
  };

  start();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      return running;
    },
  };
}
