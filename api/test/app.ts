import { randomBytes } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { createAuth, type SignUpMode } from "../src/accounts/auth.ts";
import { type Apps, readBuiltApps } from "../src/apps/built-app.ts";
import { HashingPool } from "../src/crypto/argon2.ts";
import type { KeyRing } from "../src/crypto/key-ring.ts";
import type { Database } from "../src/db/client.ts";
import { createApp } from "../src/http/app.ts";
import { clientIpResolver } from "../src/http/client-ip.ts";
import { Health } from "../src/http/health.ts";
import { originsOf } from "../src/http/origins.ts";
import { LiveUpdates } from "../src/live/live-updates.ts";
import { createLogger } from "../src/logging/log.ts";
import { Metrics } from "../src/metrics/metrics.ts";
import type { RollbackGuard } from "../src/secrets/rollback-guard.ts";
import { RateLimits } from "../src/shared/rate-limit.ts";
import type { TestDatabase } from "./database.ts";
import { noRollbackGuard } from "./no-rollback-guard.ts";

/** The origin that tests pretend to be served from. */
export const PUBLIC_URL = "http://localhost:4000";

/** Both apps as they were built. */
export const APPS = readBuiltApps();

interface AppOptions {
  publicUrl?: string;
  signUp?: SignUpMode;
  /** Apps that share it, and a database, share their sessions. */
  authSecret?: string;
  rateLimitMultiplier?: number;
  keyRing?: KeyRing;
  hashingPool?: HashingPool;
  /** Left out, it is `noRollbackGuard`. */
  rollbackGuard?: RollbackGuard;
  trustedProxies?: string[];
  corsOrigins?: string[];
  /** Served in place of the built ones. */
  apps?: Apps;
  streamLimitMultiplier?: number;
  /** Whether the sweep has lately been through. */
  isSwept?: boolean;
}

/** A ring of fresh random keys with these kids, the first one active. */
export function testKeyRing(...kids: string[]): KeyRing {
  const [activeKid = "k1", ...rest] = kids;
  return { activeKid, keys: new Map([activeKid, ...rest].map((kid) => [kid, randomBytes(32)])) };
}

/** The whole product on a test database, called without a network. `logs` gathers all it writes, at level trace. */
export function createTestApp(db: Database & Partial<TestDatabase>, options: AppOptions = {}) {
  const logs: string[] = [];
  const log = createLogger("trace", { write: (line: string) => logs.push(line) });
  const {
    signUp = "open",
    publicUrl = PUBLIC_URL,
    rateLimitMultiplier = 100_000,
    hashingPool = new HashingPool(),
  } = options;
  const metrics = new Metrics();
  const keyRing = options.keyRing ?? testKeyRing("k1");
  const origins = originsOf({
    publicUrl,
    revealUrl: publicUrl,
    corsOrigins: options.corsOrigins ?? [],
  });
  const auth = createAuth(
    { db, hashingPool, log },
    {
      publicUrl,
      origins: origins.own,
      secret: options.authSecret ?? randomBytes(32).toString("base64"),
      signUp,
      rateLimitMultiplier,
    },
  );
  const services = {
    db,
    hashingPool,
    keyRing,
    rollbackGuard: options.rollbackGuard ?? noRollbackGuard,
    revealUrl: publicUrl,
    rateLimits: new RateLimits(db, rateLimitMultiplier, metrics.rateLimited),
    live: new LiveUpdates({
      db,
      log,
      listenUrl: db.url ?? "",
      limitMultiplier: options.streamLimitMultiplier ?? 1,
    }),
    log,
    metrics,
  };
  db.onClose?.(() => services.live.stop());
  const health = new Health({ ...services, sweep: { isRecent: () => options.isSwept ?? true } });
  const app = createApp({
    ...services,
    auth,
    health,
    clientIp: clientIpResolver(options.trustedProxies ?? []),
    signUp,
    publicUrl,
    origins,
    apps: options.apps ?? APPS,
  });

  /** One request, as it arrives from `peer`. */
  const request = async (path: string, init: RequestInit = {}, peer = "127.0.0.1") => {
    // As Node does, which puts what it was told before together with the answer.
    const told = new Headers();
    const answer = await app.request(`${publicUrl}${path}`, init, {
      incoming: { socket: { remoteAddress: peer } },
      outgoing: { setHeader: (name: string, value: string) => told.set(name, value) },
    } as unknown as HttpBindings);
    for (const [name, value] of told) if (!answer.headers.has(name)) answer.headers.set(name, value);
    return answer;
  };

  return { services, health, logs, request, fetch: app.fetch };
}

/** The product under test. */
export type TestApp = ReturnType<typeof createTestApp>;

/** Whatever answers requests as the product does: the one under test, or a process of it somewhere else. */
export type Endpoint = Pick<TestApp, "request">;
