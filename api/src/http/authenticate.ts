import type { Auth } from "../accounts/auth.ts";
import type { Credential } from "../accounts/credential.ts";
import { findSession, type SignedIn } from "../accounts/find-session.ts";
import type { Member } from "../accounts/member.ts";
import { findOrCreateMember } from "../accounts/member-store.ts";
import type { Database } from "../db/client.ts";

/** Who makes a request, found out when first asked. */
export interface RequestSession {
  viewer: () => Promise<Member | null>;
  /** The session itself. */
  credential: () => Promise<Credential | null>;
  /** `Set-Cookie` values to send along with the answer. */
  cookies: readonly string[];
}

/** The session of a request with these headers: asked of the database at most once, and only if somebody asks. */
export function requestSession({ auth, db }: { auth: Auth; db: Database }, headers: Headers): RequestSession {
  const cookies: string[] = [];
  const load = async (): Promise<SignedIn | null> => {
    const sent = headers.get("cookie");
    if (!sent) return null;
    const found = await findSession({ auth, db }, sent);
    if (found) return found;
    const session = await auth.api.getSession({ headers, returnHeaders: true });
    if (!session.response) return null;
    // A session in use is prolonged, and its cookie with it. A dead one's is left to lie: deleting it here could hit
    // the fresh cookie of a sign-in that overtook this request.
    cookies.push(...session.headers.getSetCookie());
    const member = await findOrCreateMember(db, session.response.user);
    return {
      member,
      credential: { kind: "session", id: session.response.session.id, userId: member.userId },
    };
  };
  let loaded: ReturnType<typeof load> | undefined;
  const once = () => {
    loaded ??= load();
    return loaded;
  };
  return {
    cookies,
    viewer: async () => (await once())?.member ?? null,
    credential: async () => (await once())?.credential ?? null,
  };
}

/** The session of nobody, for requests whose cookie must not count. */
export const noSession: RequestSession = {
  cookies: [],
  viewer: async () => null,
  credential: async () => null,
};
