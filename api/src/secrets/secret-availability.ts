import { isVaultId } from "../accounts/member-store.ts";
import { hashToken, isToken } from "../crypto/token.ts";
import type { Database } from "../db.ts";
import { payloadExists } from "./secret-store.ts";

/** Whether an attempt at this link would find a pending secret. Changes nothing. */
export async function secretAvailable(
  { db }: { db: Database },
  { vaultId, token }: { vaultId: string; token: string },
): Promise<boolean> {
  return isVaultId(vaultId) && isToken(token) && payloadExists(db, { tokenHash: hashToken(token), vaultId });
}
