import { isVaultId } from "../accounts/member-store.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import { hashToken, isToken } from "../crypto/token.ts";
import type { Database } from "../db/client.ts";
import { reloadIfChanged } from "../key-ring/reload-if-changed.ts";
import type { Logger } from "../logging/log.ts";
import { AppError } from "../shared/errors.ts";
import { type LinkLimit, type RateLimits, rateLimitKeys } from "../shared/rate-limit.ts";
import { findPayload } from "./attempt-store.ts";

interface LinkRequest {
  vaultId: string;
  token: string;
  /** The client's address. */
  sourceIp: string;
}

interface LookUpDeps {
  db: Database;
  rateLimits: RateLimits;
}

/** The time that a recipient has left. */
export interface SecretAvailability {
  expiresAt: Date;
  /** By the database's clock, rounded down, so that the device's clock does not matter. */
  secondsLeft: number;
}

/**
 * Whether the link leads to a pending secret. Changes nothing.
 *
 * @throws AppError `RATE_LIMITED`.
 */
export async function secretAvailable(deps: LookUpDeps, request: LinkRequest): Promise<boolean> {
  return (await lookUp(deps, "available", request)) !== undefined;
}

/**
 * The time until the secret behind a link expires, if this server can open it; null for a link without a pending secret.
 * Changes nothing.
 *
 * @throws AppError `RATE_LIMITED`; `OVERLOADED`, as the attempt would, when the secret's key is missing on this server.
 */
export async function secretAvailability(
  deps: LookUpDeps & { keyRing: KeyRing; log: Logger },
  request: LinkRequest,
): Promise<SecretAvailability | null> {
  const { keyRing } = deps;
  const pending = await lookUp(deps, "available", request);
  if (!pending) return null;
  const { kid, ...availability } = pending;
  if (keyRing.keys.has(kid) || ((await reloadIfChanged(deps)) && keyRing.keys.has(kid))) return availability;
  throw new AppError("OVERLOADED", "The server can't open this secret at the moment. Try again later.");
}

/**
 * Counts a request that names a link, and looks the link up. A request at a pending secret counts by the link; any other
 * counts by the client's address. So others behind a recipient's address can't use up what the recipient needs, and
 * guessing is limited. Changes nothing.
 *
 * @returns the pending payload behind the link, if there is one.
 * @throws AppError `RATE_LIMITED`.
 */
export async function lookUp({ db, rateLimits }: LookUpDeps, limit: LinkLimit, request: LinkRequest) {
  const { vaultId, token, sourceIp } = request;
  const isLink = isVaultId(vaultId) && isToken(token);
  const tokenHash = isLink ? hashToken(token) : undefined;
  const pending = tokenHash && (await findPayload(db, { tokenHash, vaultId }));
  if (pending) await rateLimits.takeLink(limit, tokenHash.toString("base64"));
  else await rateLimits.take(limit, rateLimitKeys(sourceIp));
  return pending;
}
