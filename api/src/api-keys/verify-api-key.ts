import type { ApiKeyPrincipal } from "../accounts/principal.ts";
import { hashApiKey, isApiKey } from "../crypto/api-key.ts";
import type { Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";
import { AppError } from "../shared/errors.ts";
import { findUsableByHash, recordUse } from "./api-key-store.ts";

/**
 * Looks up `key` with one query on every request, so that revoking takes effect at once on every process. Records its use
 * in the background: the request neither waits for that nor fails with it.
 *
 * @throws AppError `UNAUTHENTICATED`, the same for every reason.
 */
export async function verifyApiKey(
  { db, log }: { db: Database; log: Logger },
  { key, sourceIp }: { key: string; sourceIp: string },
): Promise<ApiKeyPrincipal> {
  const found = isApiKey(key) ? await findUsableByHash(db.orm, hashApiKey(key)) : undefined;
  if (!found) {
    throw new AppError(
      "UNAUTHENTICATED",
      "This API key is not valid: it is mistyped, expired or revoked. Ask an owner of the vault for a new one.",
    );
  }
  const { apiKey, lastUseIsOld } = found;
  if (lastUseIsOld) {
    recordUse(db.orm, apiKey.id, sourceIp).catch((err: unknown) =>
      log.warn({ err, apiKeyId: apiKey.id }, "could not record the last use of an API key"),
    );
  }
  return apiKey;
}
