import * as schema from "@ttl-secrets/drizzle/schema";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError, createAuthMiddleware, getSessionFromCtx } from "better-auth/api";
// Without its query builder, which an adapter of our own makes superfluous: 255 files less to load at each start.
import { betterAuth } from "better-auth/minimal";
import type { HashingPool } from "../crypto/argon2.ts";
import type { Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";
import { checkName } from "../shared/name.ts";
import type { RateLimits } from "../shared/rate-limit.ts";
import { cookiePrefix } from "./cookie-names.ts";
import { anyUser, findUserId, isDisabled } from "./member-store.ts";
import { MAX_PASSWORD_LENGTH, passwordHashing } from "./password.ts";
import { isSetUpToken } from "./set-up-link.ts";

/** The header that passes the resolved client address to better-auth. It replaces any that the client sent. */
export const CLIENT_IP_HEADER = "x-ttl-secrets-client-ip";

/** Who may create an account: anyone, only the first person, or no one. */
export type SignUpMode = "open" | "first" | "closed";

/** Who may create an account here, and what the first one needs. */
export interface SignUpRule {
  mode: SignUpMode;
  /** The first account can only be created with this token; undefined: without one. */
  setUpToken: string | undefined;
}

/** Sign-up, sign-in and sessions: better-auth over our own tables. */
export type Auth = ReturnType<typeof createAuth>;

interface AuthDeps {
  db: Database;
  passwordPool: HashingPool;
  log: Logger;
  rateLimits: RateLimits;
}

interface AuthOptions {
  publicUrl: string;
  /** Origins whose pages may sign in and out. */
  origins: Iterable<string>;
  secret: string;
  signUp: SignUpRule;
}

/** Whether an account can be created now, whether it would be the first, and whether that takes the set-up link. */
export async function signUpState(
  db: Database,
  { mode, setUpToken }: SignUpRule,
): Promise<{ open: boolean; first: boolean; needsSetUpLink: boolean }> {
  const first = !(await anyUser(db.orm));
  const open = mode === "open" || (mode === "first" && first);
  return { open, first, needsSetUpLink: open && first && setUpToken !== undefined };
}

/** Creates the authentication service, served under `/api/auth`. */
export function createAuth(
  { db, passwordPool, log, rateLimits }: AuthDeps,
  { publicUrl, origins, secret, signUp }: AuthOptions,
) {
  const isHttps = publicUrl.startsWith("https:");
  return betterAuth({
    baseURL: publicUrl,
    basePath: "/api/auth",
    secret,
    trustedOrigins: [...origins],
    database: drizzleAdapter(db.orm, {
      provider: "pg",
      transaction: true,
      schema: {
        user: schema.users,
        session: schema.sessions,
        account: schema.credentials,
        verification: schema.verifications,
      },
    }),
    emailAndPassword: {
      enabled: true,
      // NIST SP 800-63B-4 requires 15 where a password is the only factor; OWASP ASVS 5 recommends 12.
      minPasswordLength: 12,
      maxPasswordLength: MAX_PASSWORD_LENGTH,
      password: passwordHashing(passwordPool),
    },
    // Each request reads the session from the database, so that a session ended anywhere is refused on its next request.
    session: { cookieCache: { enabled: false } },
    user: {
      additionalFields: { founder: { type: "boolean", required: false, input: false, returned: false } },
    },
    hooks: {
      before: createAuthMiddleware(async (ctx) => {
        if (ctx.path === "/sign-up/email") {
          const { open, needsSetUpLink } = await signUpState(db, signUp);
          if (!open) throw signUpClosed();
          const { setUpToken } = signUp;
          if (needsSetUpLink && setUpToken && !isSetUpToken(ctx.body?.setUpToken, setUpToken)) {
            throw setUpLinkNeeded();
          }
          // Before the address is looked up: what is refused here must not depend on whether it has an account.
          checkAccount(ctx.body ?? {});
        }
        // better-auth reads the credentials of a known address only. With this query, both take the same work.
        if (ctx.path === "/sign-in/email" && !(await findUserId(db.orm, String(ctx.body?.email)))) {
          await ctx.context.internalAdapter.findAccounts("unknown");
        }
        // A stolen session may be the reason for signing out or changing the password, so either ends all sessions.
        if (ctx.path === "/change-password") {
          const session = await getSessionFromCtx(ctx);
          if (session) await rateLimits.take("changePasswordAccount", { key: session.user.id });
          return { context: { body: { ...ctx.body, revokeOtherSessions: true } } };
        }
        if (ctx.path === "/sign-out") {
          const session = await getSessionFromCtx(ctx);
          if (session) await ctx.context.internalAdapter.deleteUserSessions(session.user.id);
        }
        return;
      }),
      after: createAuthMiddleware(async (ctx) => {
        const { returned, password } = ctx.context;
        if (ctx.path !== "/sign-up/email" || !(returned instanceof APIError)) return;
        if (!String(returned.body?.code).startsWith("USER_ALREADY_EXISTS")) return;
        // A new account would have taken a hash, too.
        await password.hash(ctx.body.password);
        throw accountNotCreated();
      }),
    },
    databaseHooks: {
      session: {
        create: {
          // Runs after the password check, so it reveals nothing to a stranger. The database refuses a sign-in that gets past this
          // while the account is being disabled.
          before: async ({ userId }) => {
            if (await isDisabled(db.orm, userId)) throw accountDisabled();
          },
        },
      },
      user: {
        create: {
          // The unique index on `founder` decides between two first sign-ups that both passed the check above.
          before: async (user) => {
            checkAccount(user);
            return { data: { ...user, image: null, founder: signUp.mode === "first" ? true : null } };
          },
        },
      },
    },
    // Ours, in http/auth-routes.ts: better-auth's counts each spelling of a path, and queries the database for each refusal.
    rateLimit: { enabled: false },
    advanced: {
      // The attributes below meet the rules of `__Host-`. better-auth's own option would add `__Secure-`, which allows other
      // hosts of the domain.
      useSecureCookies: false,
      cookiePrefix: cookiePrefix(publicUrl),
      defaultCookieAttributes: { secure: isHttps, httpOnly: true, sameSite: "strict", path: "/" },
      ipAddress: { ipAddressHeaders: [CLIENT_IP_HEADER], ipv6Subnet: 64 },
    },
    telemetry: { enabled: false },
    // Errors reach http/app.ts, which logs them without their messages. better-auth would print them in full.
    onAPIError: { throw: true },
    // Text after a colon and all arguments may contain input; text before it is better-auth's own.
    logger: {
      log: (level, message) => log[level]({ source: "better-auth" }, message.split(":", 1)[0]),
    },
  });
}

function signUpClosed(): APIError {
  return new APIError("FORBIDDEN", {
    code: "SIGN_UP_CLOSED",
    message: "New accounts can't be created here. Ask the person who runs this server.",
  });
}

function setUpLinkNeeded(): APIError {
  return new APIError("FORBIDDEN", {
    code: "SET_UP_LINK_NEEDED",
    message:
      "Open the set-up link that the server printed when it started. It is needed for the first account.",
  });
}

function accountNotCreated(): APIError {
  return new APIError("UNPROCESSABLE_ENTITY", {
    code: "ACCOUNT_NOT_CREATED",
    message: "No account can be created with this e-mail address. If you have one, sign in.",
  });
}

function accountDisabled(): APIError {
  return new APIError("FORBIDDEN", {
    code: "ACCOUNT_DISABLED",
    message: "This account is disabled. Ask the person who runs this server.",
  });
}

/** Colleagues see the name, and the audit log has the e-mail address: both must be one line of plain text. */
function checkAccount({ name, email }: { name?: unknown; email?: unknown }): void {
  // better-auth refuses what is no text.
  if (typeof name !== "string" || typeof email !== "string") return;
  try {
    checkName(name);
  } catch {
    throw new APIError("BAD_REQUEST", {
      code: "INVALID_NAME",
      message: "Enter a name of 1 to 200 characters, on one line.",
    });
  }
  // RFC 5321 §4.5.3.1.3 allows 256 characters for a path, including its two angle brackets.
  if (email.length > 254) {
    throw new APIError("BAD_REQUEST", { code: "INVALID_EMAIL", message: "That e-mail address is too long." });
  }
}
