import { parseSigned } from "hono/utils/cookie";
import type { Database } from "../db/client.ts";
import type { Auth } from "./auth.ts";
import type { Credential } from "./credential.ts";
import type { Member } from "./member.ts";
import { findMemberOfSession } from "./member-store.ts";

/** Who is signed in, and by which session. */
export interface SignedIn {
  member: Member;
  credential: Credential;
}

/**
 * The session behind a request's cookies, with its member, in one query, where better-auth's own way takes three.
 *
 * @returns undefined for all that better-auth has to decide: no cookie that is signed by this server, no session behind
 *   it, one that is due to be prolonged or ends with the browser, an account without a vault.
 */
export async function findSession(
  { auth, db }: { auth: Auth; db: Database },
  cookies: string,
): Promise<SignedIn | undefined> {
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
  return isDue
    ? undefined
    : { member, credential: { kind: "session", id: sessionId, userId: member.userId } };
}
