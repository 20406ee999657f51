import { carriesSession } from "../accounts/auth.ts";
import type { ApiKeyIdentity } from "../accounts/caller.ts";
import { verifyApiKey } from "../api-keys/verify-api-key.ts";
import type { Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";
import { AppError } from "../shared/errors.ts";
import type { RateLimits } from "../shared/rate-limit.ts";

/**
 * The API key of a request with these headers; null when it carries none. Any bearer token counts as one, so that a
 * mistyped key is refused and not taken for nobody. Other schemes are none of our business: a proxy in front may
 * have asked for them.
 *
 * @throws AppError `UNAUTHENTICATED` for a key that is not valid; `BAD_USER_INPUT` for a valid one beside a session,
 *   because then it is not clear who acts; `RATE_LIMITED`.
 */
export async function requestKey(
  deps: { db: Database; log: Logger; rateLimits: RateLimits },
  headers: Headers,
  sourceIp: string,
): Promise<ApiKeyIdentity | null> {
  const authorization = headers.get("authorization") ?? "";
  if (!/^bearer\s|ttlk_/i.test(authorization)) return null;
  const key = /^bearer\s+(\S+)$/i.exec(authorization)?.[1] ?? "";
  const apiKey = await verifyApiKey(deps, { key, sourceIp });
  if (carriesSession(headers)) {
    throw new AppError("BAD_USER_INPUT", "Send either an API key or a session's cookie, not both.");
  }
  await deps.rateLimits.take("apiKey", { key: apiKey.id });
  return apiKey;
}
