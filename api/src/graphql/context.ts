import type { Actor, Member } from "../accounts/member.ts";
import type { Argon2Slots } from "../crypto/argon2.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import type { Database } from "../db.ts";
import { AppError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { RateLimits } from "../rate-limit.ts";

/** What the use cases work with; made once, by the composition root. */
export interface Services {
  db: Database;
  slots: Argon2Slots;
  keyRing: KeyRing;
  revealUrl: string;
  rateLimits: RateLimits;
  log: Logger;
}

/** What a resolver knows of its request. */
export interface Context {
  services: Services;
  sourceIp: string;
  /** Whether the request carries an API key, valid or not. */
  hasApiKey: boolean;
  /** Who is signed in, if anyone; asked of the database once per request, when first needed. */
  viewer: () => Promise<Member | null>;
}

/**
 * The member who makes the request, with their address.
 *
 * @throws AppError `UNAUTHENTICATED`.
 */
export async function requireActor({ viewer, sourceIp }: Context): Promise<Actor> {
  const member = await viewer();
  if (!member) throw new AppError("UNAUTHENTICATED", "Sign in first.");
  return { member, sourceIp };
}
