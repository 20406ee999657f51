import type { ApiKeyIdentity, ApiKeyScope, Caller } from "../accounts/caller.ts";
import type { Credential } from "../accounts/credential.ts";
import type { Actor, Member } from "../accounts/member.ts";
import type { HashingPool } from "../crypto/argon2.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import type { Database } from "../db/client.ts";
import type { LiveUpdates } from "../live/live-updates.ts";
import type { Logger } from "../logging/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { RollbackGuard } from "../secrets/rollback-guard.ts";
import { AppError, ownersOnly } from "../shared/errors.ts";
import type { RateLimits } from "../shared/rate-limit.ts";

/** What the use cases work with; made once, by the composition root. */
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

/** What a resolver knows of its request. */
export interface Context {
  services: Services;
  sourceIp: string;
  /** The request's API key, checked before anything else; null when it carries none. Then `viewer` is nobody. */
  apiKey: ApiKeyIdentity | null;
  /** Who is signed in, if anyone; asked of the database once per request, when first needed. */
  viewer: () => Promise<Member | null>;
  /** The key or session that the request came with; what a stream's right to go on hangs on. */
  credential: () => Promise<Credential | null>;
  /** Aborted when the client goes away. */
  signal: AbortSignal;
}

/**
 * The member who makes the request, with their address. For what no API key may do.
 *
 * @throws AppError `UNAUTHENTICATED`; `FORBIDDEN` for an API key.
 */
export async function requireMember({ apiKey, viewer, sourceIp }: Context): Promise<Actor> {
  if (apiKey) throw new AppError("FORBIDDEN", "No API key may do this. Sign in to the dashboard.");
  const member = await viewer();
  if (!member) throw new AppError("UNAUTHENTICATED", "Sign in first.");
  return { member, sourceIp };
}

/**
 * The owner who makes the request. For what other members may not do either.
 *
 * @throws AppError `UNAUTHENTICATED`; `FORBIDDEN` for an API key and for other members.
 */
export async function requireOwner(context: Context): Promise<Member> {
  const { member } = await requireMember(context);
  if (member.role !== "owner") throw ownersOnly();
  return member;
}

/**
 * Who makes the request: a member, or an API key with this scope.
 *
 * @throws AppError `UNAUTHENTICATED`; `FORBIDDEN` for an API key without the scope.
 */
export async function requireCaller(context: Context, scope: ApiKeyScope): Promise<Caller> {
  const { apiKey } = context;
  if (!apiKey) return { kind: "member", member: (await requireMember(context)).member };
  if (!apiKey.scopes.includes(scope)) {
    throw new AppError(
      "FORBIDDEN",
      "This API key lacks the scope for that. Ask an owner for a key that has it.",
    );
  }
  return { kind: "api-key", apiKey };
}
