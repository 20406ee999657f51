import * as schema from "@ttl-secrets/drizzle/schema";
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError, createAuthMiddleware } from "better-auth/api";
import type { Argon2Slots } from "../crypto/argon2.ts";
import type { Database } from "../db.ts";
import type { Logger } from "../log.ts";
import { anyUser } from "./member-store.ts";
import { passwordHashing } from "./password.ts";

/** The header in which `server.ts` hands over the client's address as it resolved it, replacing any the client sent. */
export const CLIENT_IP_HEADER = "x-ttl-secrets-client-ip";

/** Who may create an account: anyone, only the very first person, nobody. */
export type SignUpMode = "open" | "first" | "closed";

/** Sign-up, sign-in and sessions: better-auth over our own tables. */
export type Auth = ReturnType<typeof createAuth>;

interface AuthOptions {
  publicUrl: string;
  /** Origins whose pages may sign in and out. */
  origins: string[];
  secret: string;
  signUp: SignUpMode;
  rateLimitMultiplier: number;
}

/** Whether a new account may be made right now, and whether it would be the first. */
export async function signUpState(
  db: Database,
  mode: SignUpMode,
): Promise<{ open: boolean; first: boolean }> {
  const first = !(await anyUser(db.orm));
  return { open: mode === "open" || (mode === "first" && first), first };
}

/** Makes the authentication service, served under `/api/auth`. */
export function createAuth(
  { db, slots, log }: { db: Database; slots: Argon2Slots; log: Logger },
  { publicUrl, origins, secret, signUp, rateLimitMultiplier }: AuthOptions,
) {
  const perAddress = (window: number, max: number) => ({ window, max: max * rateLimitMultiplier });
  return betterAuth({
    baseURL: publicUrl,
    basePath: "/api/auth",
    secret,
    trustedOrigins: origins,
    database: drizzleAdapter(db.orm, {
      provider: "pg",
      transaction: true,
      schema: {
        user: schema.users,
        session: schema.sessions,
        account: schema.credentials,
        verification: schema.verifications,
        rateLimit: schema.authRateLimits,
      },
    }),
    emailAndPassword: {
      enabled: true,
      // NIST SP 800-63B-4 asks for 15 where a password stands alone; 12 is OWASP ASVS 5's recommendation.
      minPasswordLength: 12,
      maxPasswordLength: 128,
      password: passwordHashing(slots),
    },
    // Each request asks the database, so that a session ended anywhere is dead on the next request.
    session: { cookieCache: { enabled: false } },
    user: {
      additionalFields: { founder: { type: "boolean", required: false, input: false, returned: false } },
    },
    hooks: {
      before: createAuthMiddleware(async (ctx) => {
        if (ctx.path === "/sign-up/email" && !(await signUpState(db, signUp)).open) throw signUpClosed();
      }),
    },
    databaseHooks: {
      user: {
        create: {
          // The unique index on `founder` decides between two first sign-ups that both passed the check above.
          before: async (user) => ({ data: { ...user, founder: signUp === "first" ? true : null } }),
        },
      },
    },
    rateLimit: {
      enabled: true,
      storage: "database",
      ...perAddress(60, 300),
      customRules: {
        "/sign-in/email": perAddress(60, 10),
        "/sign-up/email": perAddress(60, 5),
      },
    },
    advanced: {
      cookiePrefix: "ttl-secrets",
      defaultCookieAttributes: { sameSite: "strict" },
      ipAddress: { ipAddressHeaders: [CLIENT_IP_HEADER] },
    },
    telemetry: { enabled: false },
    // Arguments can hold e-mail addresses and queries; the message itself is the library's own text.
    logger: {
      log: (level, message) => log[level]({ source: "better-auth" }, redactAddresses(message)),
    },
  });
}

function signUpClosed(): APIError {
  return new APIError("FORBIDDEN", {
    code: "SIGN_UP_CLOSED",
    message: "New accounts can't be created here. Ask the person who runs this server.",
  });
}

function redactAddresses(message: string): string {
  return message.replace(/\S+@\S+/g, "[e-mail]");
}
