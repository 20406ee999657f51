import { parseSigned } from "hono/utils/cookie";
import type { Database } from "../db/client.ts";
import type { Auth } from "./auth.ts";
import { findMemberOfSession } from "./member-store.ts";
import type { MemberPrincipal } from "./principal.ts";

/**
 * Finds the session of these cookies and its member in one query, where better-auth's own lookup takes three.
 *
 * @returns undefined for everything that better-auth must decide: no cookie signed by this server, no such session, one
 *   that is due to be extended or ends with the browser, an account without a vault.
 */
export async function findSession(
  { auth, db }: { auth: Auth; db: Database },
  cookies: string,
): Promise<MemberPrincipal | undefined> {
  const { secret, authCookies, sessionConfig } = await auth.$context;
  const { sessionToken, dontRememberToken } = authCookies;
  if (cookies.includes(dontRememberToken.name)) return undefined;
  const { [sessionToken.name]: token } = await parseSigned(cookies, secret, sessionToken.name);
  if (!token) return undefined;
  const found = await findMemberOfSession(db.orm, token);
  if (!found) return undefined;
  const { sessionId, expiresAt, ...member } = found;
  const { expiresIn, updateAge } = sessionConfig;
  const isDue = expiresAt.getTime() - (expiresIn - updateAge) * 1000 <= Date.now();
  return isDue ? undefined : { kind: "member", member, sessionId };
}
