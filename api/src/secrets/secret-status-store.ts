/** The SQL expressions that read a secret's status. Lists and streams use the same ones. */
import { ttlSecrets } from "@ttl-secrets/drizzle/schema";
import { sql } from "drizzle-orm";
import type { DestroyedReason, SecretStatus } from "./secret.ts";

/**
 * Seconds that an attempt may take from claim to settlement. None takes as long: its settlement is tried for 30 s, the last
 * try times out after 15 s, and the hash takes a fraction of a second. After it, the attempt counts as interrupted and can't be settled any more.
 */
export const ATTEMPT_SECONDS = 60;

/**
 * An attempt in progress. It reads as pending, because only a final status may read as final. The row already holds the
 * status that applies if the process dies.
 */
const isOpen = sql`(${ttlSecrets.attemptedFrom} IS NOT NULL
  AND ${ttlSecrets.endedAt} > now() - make_interval(secs => ${ATTEMPT_SECONDS}))`;

/** A pending secret past its TTL reads as expired at once, swept or not. */
export const isOverdue = sql`(${ttlSecrets.status} = 'pending' AND ${ttlSecrets.expiresAt} <= now())`;

/** The current status. */
export const statusNow = sql<SecretStatus>`
    CASE WHEN ${isOpen} THEN 'pending' WHEN ${isOverdue} THEN 'expired' ELSE ${ttlSecrets.status} END`;

/** The columns of a `TtlSecret`, the same in lists and in streams. */
export const secretFields = {
  id: ttlSecrets.id,
  name: ttlSecrets.name,
  status: statusNow,
  destroyedReason: sql<DestroyedReason | null>`CASE WHEN NOT ${isOpen} THEN ${ttlSecrets.destroyedReason} END`,
  createdAt: ttlSecrets.createdAt,
  expiresAt: ttlSecrets.expiresAt,
  endedAt: sql<Date | null>`
    CASE WHEN ${isOpen} THEN NULL WHEN ${isOverdue} THEN ${ttlSecrets.expiresAt} ELSE ${ttlSecrets.endedAt} END
  `.mapWith(ttlSecrets.endedAt),
  createdBy: ttlSecrets.createdBy,
  changedAt: sql<Date>`
    CASE WHEN ${isOpen} THEN ${ttlSecrets.createdAt} WHEN ${isOverdue} THEN ${ttlSecrets.expiresAt}
      ELSE ${ttlSecrets.changedAt} END`.mapWith(ttlSecrets.changedAt),
};
