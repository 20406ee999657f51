/** Who makes a request: the only place that decides it, from the request's headers. */
import type { Auth } from "../accounts/auth.ts";
import type { Authentication } from "../accounts/authorization.ts";
import { carriesSession, withPresentCookieNames } from "../accounts/cookie-names.ts";
import { findSession } from "../accounts/find-session.ts";
import { findOrCreateMember } from "../accounts/member-store.ts";
import type { ApiKeyPrincipal, MemberPrincipal } from "../accounts/principal.ts";
import { verifyApiKey } from "../api-keys/verify-api-key.ts";
import type { Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";
import { AppError } from "../shared/errors.ts";
import type { RateLimits } from "../shared/rate-limit.ts";
import { isForeign, type Origins } from "./origins.ts";

interface AuthenticateDeps {
  auth: Auth;
  db: Database;
  log: Logger;
  rateLimits: RateLimits;
  origins: Origins;
  publicUrl: string;
}

/**
 * Who makes a request with these headers. An API key is verified at once, and counts wherever the request comes from. A
 * session is looked up once, when the principal is first needed, and counts only from our own pages.
 *
 * @throws AppError `UNAUTHENTICATED` for a key that is not valid; `BAD_USER_INPUT` for a valid key together with a
 *   session's cookie, because then it is not clear who acts; `RATE_LIMITED`.
 */
export async function authenticate(
  deps: AuthenticateDeps,
  headers: Headers,
  sourceIp: string,
): Promise<Authentication> {
  const apiKey = await apiKeyOf(deps, headers, sourceIp);
  if (apiKey) return { apiKey, principal: async () => apiKey, cookies: [] };
  const cookies: string[] = [];
  if (isForeign(headers, deps.origins)) return { apiKey, principal: async () => null, cookies };
  let session: Promise<MemberPrincipal | null> | undefined;
  const principal = () => {
    session ??= memberOfSession(deps, headers, cookies);
    return session;
  };
  return { apiKey, principal, cookies };
}

/**
 * The verified API key of the headers; null when they carry none. Any bearer token counts as a key, so that a mistyped
 * key is refused instead of ignored. Other schemes may be meant for a proxy in front.
 */
async function apiKeyOf(
  deps: AuthenticateDeps,
  headers: Headers,
  sourceIp: string,
): Promise<ApiKeyPrincipal | null> {
  const authorization = headers.get("authorization") ?? "";
  if (!/^bearer\s|ttlk_/i.test(authorization)) return null;
  const key = /^bearer\s+(\S+)$/i.exec(authorization)?.[1] ?? "";
  const apiKey = await verifyApiKey(deps, { key, sourceIp });
  if (carriesSession(headers, deps.publicUrl)) {
    throw new AppError("BAD_USER_INPUT", "Send either an API key or a session's cookie, not both.");
  }
  await deps.rateLimits.take("apiKey", { key: apiKey.id });
  return apiKey;
}

/** The member whose session the cookie names. Adds the cookies of a session that was extended to `setCookies`. */
async function memberOfSession(
  { auth, db, publicUrl }: AuthenticateDeps,
  sentHeaders: Headers,
  setCookies: string[],
): Promise<MemberPrincipal | null> {
  const headers = withPresentCookieNames(sentHeaders, publicUrl);
  const sent = headers.get("cookie");
  if (!sent) return null;
  const found = await findSession({ auth, db }, sent);
  if (found) return found;
  const session = await auth.api.getSession({ headers, returnHeaders: true });
  if (!session.response) return null;
  // The cookie of a session that has ended stays: deleting it here could hit the fresh cookie of a sign-in that
  // overtook this request.
  setCookies.push(...session.headers.getSetCookie());
  const member = await findOrCreateMember(db, session.response.user);
  return { kind: "member", member, sessionId: session.response.session.id };
}
