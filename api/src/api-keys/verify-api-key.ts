import type { ApiKeyIdentity } from "../accounts/caller.ts";
import { hashApiKey, isApiKey } from "../crypto/api-key.ts";
import type { Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";
import { AppError } from "../shared/errors.ts";
import { findUsableByHash, isUsableKey, recordUse } from "./api-key-store.ts";

/**
 * The API key behind `key`: one query, on every request, so that revoking works at once, everywhere. Its use is
 * recorded beside the request, which neither waits for that nor fails with it.
 *
 * @throws AppError `UNAUTHENTICATED`; the same, whatever is wrong with the key.
 */
export async function verifyApiKey(
  { db, log }: { db: Database; log: Logger },
  { key, sourceIp }: { key: string; sourceIp: string },
): Promise<ApiKeyIdentity> {
  const found = isApiKey(key) ? await findUsableByHash(db.orm, hashApiKey(key)) : undefined;
  if (!found) {
    throw new AppError(
      "UNAUTHENTICATED",
      "This API key is not valid: it is mistyped, expired or revoked. Ask an owner of the vault for a new one.",
    );
  }
  const { identity, lastUseIsOld } = found;
  if (lastUseIsOld) {
    recordUse(db.orm, identity.id, sourceIp).catch((err: unknown) =>
      log.warn({ err, apiKeyId: identity.id }, "an API key's last use could not be recorded"),
    );
  }
  return identity;
}

/** Whether a key that was valid still is; for what lasts longer than a request. */
export function isStillValid({ db }: { db: Database }, { id }: Pick<ApiKeyIdentity, "id">): Promise<boolean> {
  return isUsableKey(db.orm, id);
}
