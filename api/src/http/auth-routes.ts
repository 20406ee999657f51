/** Sign-up, sign-in and sign-out over HTTP: better-auth's endpoints, as far as the dashboard uses them. */
import { isUtf8 } from "node:buffer";
import { Hono } from "hono";
import { type Auth, CLIENT_IP_HEADER, type SignUpRule, signUpState } from "../accounts/auth.ts";
import { withPresentCookieNames, withPreviousCookieNames } from "../accounts/cookie-names.ts";
import type { KnownDevices } from "../accounts/known-devices.ts";
import { PASSWORDS_BUSY } from "../accounts/password.ts";
import { limitSignIn } from "../accounts/sign-in-limits.ts";
import type { HashingPool } from "../crypto/argon2.ts";
import type { Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";
import { notUtf8 } from "../shared/errors.ts";
import { type RateLimits, rateLimitKeys } from "../shared/rate-limit.ts";
import type { Origins } from "./origins.ts";
import { limitAnonymousBody, requireJson, requireOwnPage } from "./refusals.ts";
import type { Env } from "./request-log.ts";

/** better-auth has many more endpoints; these are the only ones that exist here. Each with its limit. */
const ENDPOINTS = [
  ["sign-up/email", "signUp"],
  ["sign-in/email", "signIn"],
  ["sign-out", "signOut"],
  ["change-password", "changePassword"],
] as const;

interface AuthRoutesDeps {
  auth: Auth;
  db: Database;
  passwordPool: HashingPool;
  log: Logger;
  rateLimits: RateLimits;
  knownDevices: KnownDevices;
  signUp: SignUpRule;
  origins: Origins;
  publicUrl: string;
}

/** The routes below `/api/auth`, and `/api/sign-up`, which says whether an account can be created now. */
export function authRoutes(deps: AuthRoutesDeps): Hono<Env> {
  const { auth, db, passwordPool, rateLimits, knownDevices, signUp, origins, publicUrl } = deps;
  const routes = new Hono<Env>();
  routes.get("/api/sign-up", async (c) => c.json(await signUpState(db, signUp)));
  for (const [path, limit] of ENDPOINTS) {
    routes.post(`/api/auth/${path}`, limitAnonymousBody, requireOwnPage(origins), requireJson, async (c) => {
      // Before any query: a flood of sign-ins must not occupy the database, either. Signing out hashes no password.
      if (passwordPool.isFull && limit !== "signOut") {
        return c.json(PASSWORDS_BUSY, 503, { "Retry-After": "2" });
      }
      const { sourceIp } = c.var;
      if (limit !== "signIn") await rateLimits.take(limit, rateLimitKeys(sourceIp));
      const { bytes, email } = await wellFormedBody(c.req.raw);
      const headers = new Headers(withPresentCookieNames(c.req.raw.headers, publicUrl));
      if (limit === "signIn")
        await limitSignIn(deps, { email, cookies: headers.get("cookie") ?? "", sourceIp });
      headers.set(CLIENT_IP_HEADER, sourceIp);
      // The path as it is written here: the client's may be another spelling of it.
      const url = `${publicUrl}/api/auth/${path}`;
      const response = await auth.handler(new Request(url, { method: "POST", headers, body: bytes }));
      const tidied = await tidy(response);
      const setCookies = tidied.headers.getSetCookie();
      tidied.headers.delete("Set-Cookie");
      for (const cookie of withPreviousCookieNames(setCookies, publicUrl)) {
        tidied.headers.append("Set-Cookie", cookie);
      }
      if (tidied.ok && (limit === "signIn" || limit === "signUp")) {
        tidied.headers.append("Set-Cookie", await knownDevices.setCookie(email));
      }
      return tidied;
    });
  }
  return routes;
}

/**
 * The body, and the e-mail address in it (empty without one), if every text is well-formed Unicode. Other bytes, and halves
 * of surrogate pairs, would all become U+FFFD: different passwords would be the same.
 *
 * @throws AppError `BAD_USER_INPUT`.
 */
async function wellFormedBody(request: Request): Promise<{ bytes: Buffer<ArrayBuffer>; email: string }> {
  const bytes = Buffer.from(await request.arrayBuffer());
  if (!isUtf8(bytes)) throw notUtf8();
  let isWellFormed = true;
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString(), (_key, value) => {
      if (typeof value === "string") isWellFormed &&= value.isWellFormed();
      return value;
    });
  } catch {
    // better-auth answers a body that is no JSON.
  }
  if (!isWellFormed) throw notUtf8();
  const email = (body as { email?: unknown } | null | undefined)?.email;
  return { bytes, email: typeof email === "string" ? email : "" };
}

/** better-auth's response without the session's token, which belongs only in the cookie, where no script can read it. */
async function tidy(response: Response): Promise<Response> {
  const headers = new Headers(response.headers);
  const text = await response.text();
  const withoutToken = (key: string, value: unknown) => (key === "token" ? undefined : value);
  const body = response.ok && text ? JSON.stringify(JSON.parse(text), withoutToken) : text;
  return new Response(body, { status: response.status, headers });
}
