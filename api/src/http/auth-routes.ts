/** Sign-up, sign-in and sign-out over HTTP: better-auth's endpoints, as far as the dashboard uses them. */
import { isUtf8 } from "node:buffer";
import { Hono } from "hono";
import { type Auth, CLIENT_IP_HEADER, type SignUpRule, signUpState } from "../accounts/auth.ts";
import { withPresentCookieNames } from "../accounts/cookie-names.ts";
import { PASSWORDS_BUSY } from "../accounts/password.ts";
import type { HashingPool } from "../crypto/argon2.ts";
import type { Database } from "../db/client.ts";
import { notUtf8 } from "../shared/errors.ts";
import { waitHeaders } from "../shared/rate-limit.ts";
import type { Origins } from "./origins.ts";
import { limitAnonymousBody, requireJson, requireOwnPage } from "./refusals.ts";
import type { Env } from "./request-log.ts";

/** better-auth has many more endpoints; these are the only ones that exist here. */
const AUTH_PATHS = ["sign-up/email", "sign-in/email", "sign-out", "change-password"].map(
  (path) => `/api/auth/${path}`,
);

/** The only one that hashes no password. */
const SIGN_OUT_PATH = "/api/auth/sign-out";

interface AuthRoutesDeps {
  auth: Auth;
  db: Database;
  passwordPool: HashingPool;
  signUp: SignUpRule;
  origins: Origins;
  publicUrl: string;
}

/** The routes below `/api/auth`, and `/api/sign-up`, which says whether an account can be created now. */
export function authRoutes({ auth, db, passwordPool, signUp, origins, publicUrl }: AuthRoutesDeps): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get("/api/sign-up", async (c) => c.json(await signUpState(db, signUp)));
  routes.on("POST", AUTH_PATHS, limitAnonymousBody, requireOwnPage(origins), requireJson, async (c) => {
    // Before any query: a flood of sign-ins must not occupy the database, either.
    if (passwordPool.isFull && c.req.path !== SIGN_OUT_PATH) {
      return c.json(PASSWORDS_BUSY, 503, { "Retry-After": "2" });
    }
    const headers = new Headers(withPresentCookieNames(c.req.raw.headers, publicUrl));
    headers.set(CLIENT_IP_HEADER, c.var.sourceIp);
    const body = await wellFormedBody(c.req.raw);
    return tidy(await auth.handler(new Request(c.req.url, { method: "POST", headers, body })));
  });
  return routes;
}

/**
 * The body, if every text in it is well-formed Unicode. Other bytes, and halves of surrogate pairs, would all become
 * U+FFFD: different passwords would be the same.
 *
 * @throws AppError `BAD_USER_INPUT`.
 */
async function wellFormedBody(request: Request): Promise<Buffer<ArrayBuffer>> {
  const bytes = Buffer.from(await request.arrayBuffer());
  if (!isUtf8(bytes)) throw notUtf8();
  let isWellFormed = true;
  try {
    JSON.parse(bytes.toString(), (_key, value) => {
      if (typeof value === "string") isWellFormed &&= value.isWellFormed();
      return value;
    });
  } catch {
    // better-auth answers a body that is no JSON.
  }
  if (!isWellFormed) throw notUtf8();
  return bytes;
}

/**
 * better-auth's response with the wait in standard headers, and without the session's token, which belongs only in the
 * cookie, where no script can read it.
 */
async function tidy(response: Response): Promise<Response> {
  const headers = new Headers(response.headers);
  const wait = Number(headers.get("x-retry-after"));
  for (const [name, value] of Object.entries(wait > 0 ? waitHeaders(wait) : {})) headers.set(name, value);
  const text = await response.text();
  const withoutToken = (key: string, value: unknown) => (key === "token" ? undefined : value);
  const body = response.ok && text ? JSON.stringify(JSON.parse(text), withoutToken) : text;
  return new Response(body, { status: response.status, headers });
}
