import { isVaultId } from "../accounts/member-store.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import { hashToken, isToken } from "../crypto/token.ts";
import type { Database } from "../db/client.ts";
import { reloadIfChanged } from "../key-ring/reload-if-changed.ts";
import type { Logger } from "../logging/log.ts";
import { AppError } from "../shared/errors.ts";
import { findPayload } from "./attempt-store.ts";

interface Link {
  vaultId: string;
  token: string;
}

/** The time that a recipient has left. */
export interface SecretAvailability {
  expiresAt: Date;
  /** By the database's clock, rounded down, so that the device's clock does not matter. */
  secondsLeft: number;
}

/** Whether the link leads to a pending secret. Changes nothing. */
export async function secretAvailable({ db }: { db: Database }, link: Link): Promise<boolean> {
  return (await pendingBehind(db, link)) !== undefined;
}

/**
 * The time until the secret behind a link expires, if this server can open it; null for a link without a pending secret.
 * Changes nothing.
 *
 * @throws AppError `OVERLOADED`, as the attempt would, when the secret's key is missing on this server.
 */
export async function secretAvailability(
  deps: { db: Database; keyRing: KeyRing; log: Logger },
  link: Link,
): Promise<SecretAvailability | null> {
  const { db, keyRing } = deps;
  const pending = await pendingBehind(db, link);
  if (!pending) return null;
  const { kid, ...availability } = pending;
  if (keyRing.keys.has(kid) || ((await reloadIfChanged(deps)) && keyRing.keys.has(kid))) return availability;
  throw new AppError("OVERLOADED", "The server can't open this secret at the moment. Try again later.");
}

async function pendingBehind(db: Database, { vaultId, token }: Link) {
  if (!isVaultId(vaultId) || !isToken(token)) return undefined;
  return findPayload(db, { tokenHash: hashToken(token), vaultId });
}
