/** The SQL expressions that read a secret's status. Lists and streams use the same ones. */
import { ttlSecrets } from "@ttl-secrets/drizzle/schema";
import { sql } from "drizzle-orm";
import type { DestroyedReason, SecretStatus } from "./secret.ts";

/**
 * How long an attempt may take from claim to settlement. None lasts this long: statements time out after 15 s and
 * the hash takes a fraction of one. After it, the attempt counts as interrupted and can't be settled any more.
 */
export const ATTEMPT_SECONDS = 60;

/**
 * An attempt that is under way. It reads as pending, because only what is final may read as final; should its
 * process die, the row already says what it then comes to.
 */
const isOpen = sql`(${ttlSecrets.attemptedFrom} IS NOT NULL
  AND ${ttlSecrets.endedAt} > now() - make_interval(secs => ${ATTEMPT_SECONDS}))`;

/** A pending secret past its TTL reads as expired at once, whether or not the sweep has been by. */
export const isOverdue = sql`(${ttlSecrets.status} = 'pending' AND ${ttlSecrets.expiresAt} <= now())`;

/** The status that is true now. */
export const statusNow = sql<SecretStatus>`
    CASE WHEN ${isOpen} THEN 'pending' WHEN ${isOverdue} THEN 'expired' ELSE ${ttlSecrets.status} END`;

/** A secret as everybody is to read it, in lists and in streams alike. */
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
