import { randomBytes } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import type { SignUpMode } from "../src/accounts/auth.ts";
import { type Apps, readBuiltApps } from "../src/apps/built-app.ts";
import type { HashingPool } from "../src/crypto/argon2.ts";
import type { KeyRing } from "../src/crypto/key-ring.ts";
import type { Database } from "../src/db/client.ts";
import { createApp } from "../src/http/app.ts";
import { Health } from "../src/http/health.ts";
import { createLogger } from "../src/logging/log.ts";
import type { RollbackGuard } from "../src/secrets/rollback-guard.ts";
import { createServices } from "../src/services.ts";
import type { TestDatabase } from "./database.ts";
import { noRollbackGuard } from "./no-rollback-guard.ts";

/** The origin of the product in tests. */
export const PUBLIC_URL = "http://localhost:4000";

/** Both apps as built by `pnpm build`. */
export const APPS = readBuiltApps();

interface AppOptions {
  publicUrl?: string;
  signUp?: SignUpMode;
  /** Apps that share it, and a database, share their sessions. */
  authSecret?: string;
  rateLimitMultiplier?: number;
  keyRing?: KeyRing;
  hashingPool?: HashingPool;
  passwordPool?: HashingPool;
  /** Left out, it is `noRollbackGuard`. */
  rollbackGuard?: RollbackGuard;
  /** Whether others than this machine can reach it, as far as sign-up is concerned. */
  isPublic?: boolean;
  trustedProxies?: string[];
  hstsSubdomains?: "yes";
  corsOrigins?: string[];
  /** Served in place of the built ones. */
  apps?: Apps;
  /** Whether a sweep finished recently. */
  isSwept?: boolean;
}

/** A ring of fresh random keys with these kids, the first one active. */
export function testKeyRing(...kids: string[]): KeyRing {
  const [activeKid = "k1", ...rest] = kids;
  return { activeKid, keys: new Map([activeKid, ...rest].map((kid) => [kid, randomBytes(32)])) };
}

/**
 * The whole product on a test database, called without a network, assembled as the server is. `logs` collects its log
 * lines, at level trace.
 */
export function createTestApp(db: Database & Partial<TestDatabase>, options: AppOptions = {}) {
  const logs: string[] = [];
  const log = createLogger("trace", { write: (line: string) => logs.push(line) });
  const publicUrl = options.publicUrl ?? PUBLIC_URL;
  const services = createServices(
    {
      publicUrl,
      revealUrl: publicUrl,
      corsOrigins: options.corsOrigins ?? [],
      signUp: options.signUp ?? "open",
      isPublic: options.isPublic ?? false,
      rateLimitMultiplier: options.rateLimitMultiplier ?? 100_000,
      trustedProxies: options.trustedProxies ?? [],
      hstsSubdomains: options.hstsSubdomains,
      forwardedHeader: undefined,
    },
    {
      db,
      log,
      authSecret: options.authSecret ?? randomBytes(32).toString("base64"),
      keyRing: options.keyRing ?? testKeyRing("k1"),
      rollbackGuard: options.rollbackGuard ?? noRollbackGuard,
      hashingPool: options.hashingPool,
      passwordPool: options.passwordPool,
      listenUrl: db.url ?? "",
    },
  );
  db.onClose?.(() => services.live.stop());
  const health = new Health({ ...services, sweep: { isRecent: () => options.isSwept ?? true } });
  const app = createApp({ ...services, health, apps: options.apps ?? APPS });

  /** One request, as it arrives from `peer`. */
  const request = async (path: string, init: RequestInit = {}, peer = "127.0.0.1") => {
    // As Node's response does, which sends these headers unless the answer has its own.
    const defaults = new Headers();
    const answer = await app.request(`${publicUrl}${path}`, init, {
      incoming: { socket: { remoteAddress: peer } },
      outgoing: { setHeader: (name: string, value: string) => defaults.set(name, value) },
    } as unknown as HttpBindings);
    for (const [name, value] of defaults) if (!answer.headers.has(name)) answer.headers.set(name, value);
    return answer;
  };

  return { services, health, logs, request, fetch: app.fetch };
}

/** The product under test. */
export type TestApp = ReturnType<typeof createTestApp>;

/** Anything that answers requests as the product does: the one under test, or a separate process. */
export type Endpoint = Pick<TestApp, "request">;
