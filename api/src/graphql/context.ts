import type { Authentication } from "../accounts/authorization.ts";
import type { HashingPool } from "../crypto/argon2.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import type { Database } from "../db/client.ts";
import type { LiveUpdates } from "../live/live-updates.ts";
import type { Logger } from "../logging/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { RollbackGuard } from "../secrets/rollback-guard.ts";
import type { RateLimits } from "../shared/rate-limit.ts";

/** What the use cases depend on; `services.ts` creates them. */
export interface Services {
  db: Database;
  hashingPool: HashingPool;
  keyRing: KeyRing;
  rollbackGuard: RollbackGuard;
  revealUrl: string;
  rateLimits: RateLimits;
  live: LiveUpdates;
  log: Logger;
  metrics: Metrics;
}

/** What a resolver knows of its request: who makes it, and from where. */
export interface Context extends Authentication {
  services: Services;
  /** Whether the request carries no valid credential: `principal` is null. Known before the document is parsed. */
  isStranger: boolean;
  sourceIp: string;
  /** Aborted when the client goes away. */
  signal: AbortSignal;
}
