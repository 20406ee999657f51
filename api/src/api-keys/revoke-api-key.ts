import type { Member } from "../accounts/principal.ts";
import type { Database } from "../db/client.ts";
import { notFound } from "../shared/errors.ts";
import { isId } from "../shared/paging.ts";
import { revokeApiKey as revoke } from "./api-key-store.ts";

/**
 * Revokes an API key: its next request is refused. A key that has already ended stays unchanged.
 *
 * @throws AppError `NOT_FOUND` when the owner's vault has no such key.
 */
export async function revokeApiKey(
  { db }: { db: Database },
  { owner, apiKeyId }: { owner: Member; apiKeyId: string },
): Promise<void> {
  const { vaultId, email } = owner;
  if (!isId(apiKeyId) || !(await revoke(db.orm, { vaultId, id: apiKeyId, revokedBy: email }))) {
    throw notFound("API key");
  }
}
