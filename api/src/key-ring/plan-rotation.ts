import { randomBytes } from "node:crypto";
import { KEY_BYTES } from "../crypto/key-ring.ts";
import type { ServerKey } from "./key-format.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * Age in ms at which the active key is replaced. It is an hour less than a day, so that with `DROP_AFTER_MS` and a check
 * every minute no key gets 48 hours old.
 */
export const ROTATE_AFTER_MS = 23 * HOUR_MS;

/**
 * How long in ms a key is kept after it stopped sealing: the longest TTL, and a margin for a secret that was being
 * created just then and for an attempt under way when its TTL ends (a minute each, at most).
 */
export const DROP_AFTER_MS = 24 * HOUR_MS + 15 * MINUTE_MS;

/** What rotation depends on, as the database reports it. */
export interface KeyUse {
  /** The database's clock, which decides TTLs and is the same for every replica. */
  now: Date;
  /** The kids of all payloads that can still be opened. */
  kidsInUse: ReadonlySet<string>;
}

/**
 * The keys after rotation, newest first. Adds an active key when the current one is old enough, of unknown age, from the
 * future or missing, or with `force`. Drops keys that no payload can refer to any more. Returns `keys` itself when
 * nothing changes.
 */
export function planRotation(
  keys: readonly ServerKey[],
  { now, kidsInUse }: KeyUse,
  { force }: { force: boolean },
): readonly ServerKey[] {
  const [active] = keys;
  const age = active?.addedAt ? now.getTime() - active.addedAt.getTime() : Number.POSITIVE_INFINITY;
  const isDue = force || age < 0 || age >= ROTATE_AFTER_MS;
  const timed = keys.map((key) => ({ ...key, addedAt: key.addedAt ?? now }));
  const all = isDue ? [createKey(now), ...timed] : timed;
  const kept = all.filter(({ kid, addedAt }, i) => {
    // A key stopped sealing when the next one was added; where lines were reordered by hand, not before its own time.
    const times = all.slice(0, i).map((newer) => newer.addedAt.getTime());
    const stoppedAt = Math.max(addedAt.getTime(), Math.min(...times));
    return i === 0 || kidsInUse.has(kid) || now.getTime() - stoppedAt < DROP_AFTER_MS;
  });
  const isUnchanged =
    kept.length === keys.length &&
    kept.every(({ kid, addedAt }, i) => {
      return kid === keys[i]?.kid && addedAt === keys[i]?.addedAt;
    });
  return isUnchanged ? keys : kept;
}

/** A new random key. Its kid is random, too, so that two rings created independently never share one. */
export function createKey(addedAt: Date): ServerKey & { addedAt: Date } {
  return { kid: randomBytes(4).toString("hex"), key: randomBytes(KEY_BYTES), addedAt };
}
