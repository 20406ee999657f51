/**
 * The assembly: puts the parts of the product together. Everything that runs the product builds it here: the server, the
 * command line and the tests.
 */
import { setTimeout as pause } from "node:timers/promises";
import { createAuth, signUpState } from "./accounts/auth.ts";
import { KnownDevices } from "./accounts/known-devices.ts";
import { setUpLink, setUpToken } from "./accounts/set-up-link.ts";
import type { Apps } from "./apps/built-app.ts";
import type { Config } from "./config.ts";
import { createHashingPools, type HashingPool } from "./crypto/argon2.ts";
import type { KeyRing } from "./crypto/key-ring.ts";
import { connect, type Database } from "./db/client.ts";
import { requireUsablePooler } from "./db/pooler.ts";
import { requireOurSettings } from "./db/session-check.ts";
import { type AppDeps, createApp } from "./http/app.ts";
import { clientIpResolver, mayConnectForMany } from "./http/client-ip.ts";
import { Health } from "./http/health.ts";
import { type Listener, listen } from "./http/listen.ts";
import { originsOf } from "./http/origins.ts";
import { RequestMeter } from "./http/request-meter.ts";
import { startKeyRotation } from "./jobs/key-rotation.ts";
import { startSweep } from "./jobs/sweep.ts";
import { FileKeyRing } from "./key-ring/file-key-ring.ts";
import { recordKeys } from "./key-ring/known-keys.ts";
import { openKeyRing } from "./key-ring/open-key-ring.ts";
import { LiveUpdates } from "./live/live-updates.ts";
import type { Logger } from "./logging/log.ts";
import { Metrics } from "./metrics/metrics.ts";
import { createMetricsApp } from "./metrics/metrics-app.ts";
import { readVitals } from "./metrics/vitals-store.ts";
import { PATIENCE_SECONDS, type Shutdown } from "./process/shutdown.ts";
import { openRollbackGuard, type RollbackGuard } from "./secrets/rollback-guard.ts";
import { selfTest } from "./secrets/self-test.ts";
import { watermarkFile } from "./secrets/watermark-file.ts";
import { RateLimits } from "./shared/rate-limit.ts";

/** Parts that the caller provides; the others are created from them and the configuration. */
interface AccountParts {
  db: Database;
  log: Logger;
  authSecret: string;
  /** Pools of another size, for tests. */
  hashingPool?: HashingPool | undefined;
  passwordPool?: HashingPool | undefined;
}

/** Parts that protect secrets are required: leaving one out does not compile. */
interface ServiceParts extends AccountParts {
  keyRing: KeyRing;
  rollbackGuard: RollbackGuard;
  /** Where to listen for notifications: PostgreSQL itself, never a transaction pooler. */
  listenUrl: string;
}

type AccountConfig = Pick<
  Config,
  "publicUrl" | "revealUrl" | "corsOrigins" | "signUp" | "isPublic" | "rateLimitMultiplier"
>;

/** The services of accounts, which all others build on. The command line needs no more, because it opens no secret. */
export function createAccountServices(config: AccountConfig, parts: AccountParts) {
  const { db, log, authSecret: secret } = parts;
  const { publicUrl, rateLimitMultiplier } = config;
  const metrics = new Metrics();
  const pools = createHashingPools(metrics);
  const hashingPool = parts.hashingPool ?? pools.hashingPool;
  const passwordPool = parts.passwordPool ?? pools.passwordPool;
  const rateLimits = new RateLimits(db, rateLimitMultiplier, metrics.rateLimited);
  const origins = originsOf(config);
  const needsLink = config.signUp === "first" && config.isPublic;
  const signUp = { mode: config.signUp, setUpToken: needsLink ? setUpToken(secret) : undefined };
  const auth = createAuth(
    { db, passwordPool, log, rateLimits },
    { publicUrl, origins: origins.own, secret, signUp },
  );
  const knownDevices = new KnownDevices(secret, publicUrl);
  return { db, log, metrics, hashingPool, passwordPool, rateLimits, origins, auth, signUp, knownDevices };
}

/** All services of the product. Opens no connection and starts no job. */
export function createServices(
  config: AccountConfig & Pick<Config, "trustedProxies" | "forwardedHeader" | "hstsSubdomains">,
  parts: ServiceParts,
): Omit<AppDeps, "health" | "apps"> {
  const { keyRing, rollbackGuard, listenUrl } = parts;
  const { publicUrl, revealUrl, rateLimitMultiplier, hstsSubdomains } = config;
  const base = createAccountServices(config, parts);
  const live = new LiveUpdates({ ...base, listenUrl, limitMultiplier: rateLimitMultiplier });
  const clientIp = clientIpResolver(config.trustedProxies, config.forwardedHeader);
  const requestMeter = new RequestMeter(rateLimitMultiplier, base.metrics.rateLimited);
  return {
    ...base,
    keyRing,
    rollbackGuard,
    live,
    clientIp,
    requestMeter,
    publicUrl,
    revealUrl,
    hstsSubdomains,
  };
}

/** The parts that must know at once that the process stops, however far its start has come. */
export interface RunningServer {
  health?: Health;
  listener?: Listener;
}

/** What the start has prepared for the server. */
interface ServerOptions {
  config: Config;
  version: string;
  log: Logger;
  apps: Apps;
  metricsAddress: Parameters<typeof listen>[1] | undefined;
  /** Of a migrated database. */
  databaseUrl: string;
  /** PostgreSQL itself, past any pooler: for migrations and notifications. */
  directUrl: string;
  /** A ring, or the path of the file that holds one. */
  keys: KeyRing | string;
  authSecret: string;
}

/**
 * Assembles the server and listens. Adds each part that must be stopped to `shutdown` as soon as it runs, and sets
 * `serving`.
 *
 * @returns the set-up link, while the first account can only be created with it.
 * @throws StartError where the operator can fix the cause; the driver's error when the database can't be reached.
 */
export async function serve(
  options: ServerOptions,
  shutdown: Shutdown,
  serving: RunningServer,
): Promise<string | undefined> {
  const { config, version, log, apps, metricsAddress, databaseUrl, directUrl, keys, authSecret } = options;
  const db = connect(databaseUrl, undefined, { behindPooler: config.databaseDirectUrl !== undefined });
  shutdown.add({ what: "the database's connections", stop: db.close, within: PATIENCE_SECONDS });
  if (config.databaseDirectUrl) await requireUsablePooler(db, config.databaseDirectUrl);
  else await requireOurSettings(db, "DATABASE_URL");

  // Needs the tables: a new key file may only be created while no secret is pending.
  const keyRing =
    typeof keys === "string" ? await openKeyRing({ db, path: keys, log }, config.keyRotation) : keys;
  if (!(keyRing instanceof FileKeyRing)) await recordKeys(db, keyRing.keys);

  const keyFile = keyRing instanceof FileKeyRing ? keyRing.path : undefined;
  const rollbackGuard = await openRollbackGuard({ db, log, file: watermarkFile(keyFile, config) });
  await selfTest({ db, keyRing });
  const parts = { db, log, authSecret, keyRing, rollbackGuard, listenUrl: directUrl };
  const services = createServices(config, parts);
  const { hashingPool, passwordPool, metrics, live } = services;
  const { retention, sweepIntervalSeconds } = config;
  const sweep = startSweep({ ...services, retention, onBatch: metrics.swept }, sweepIntervalSeconds);
  shutdown.add({ what: "the sweep", stop: sweep.stop, within: PATIENCE_SECONDS });
  if (keyRing instanceof FileKeyRing) {
    const rotation = startKeyRotation({ db, ring: keyRing, log }, config.keyRotation);
    shutdown.add({ what: "key rotation", stop: rotation.stop, within: PATIENCE_SECONDS });
  }
  const health = new Health({ ...services, sweep });
  serving.health = health;
  const app = createApp({ ...services, health, apps });
  // An attempt whose client has disconnected belongs to no request any more, but must still be settled.
  shutdown.add({ what: "attempts under way", stop: () => hashingPool.idle(), within: PATIENCE_SECONDS });
  if (metricsAddress) {
    metrics.start(version, {
      argon2: () => {
        const [secrets, passwords] = [hashingPool.load, passwordPool.load];
        return {
          running: secrets.running + passwords.running,
          waiting: secrets.waiting + passwords.waiting,
        };
      },
      streams: () => live.streams,
      database: () => readVitals(db).catch(() => undefined),
    });
    const metricsServer = await listen(createMetricsApp(metrics).fetch, metricsAddress);
    shutdown.add({ what: "serving metrics", stop: metricsServer.stop, within: PATIENCE_SECONDS });
  }
  const server = await listen(app.fetch, config, mayConnectForMany(config.trustedProxies));
  serving.listener = server;
  // Together, because the server can't finish its requests while streams are open.
  const stopServing = () => Promise.all([server.stop(), live.stop()]);
  shutdown.add({ what: "serving", stop: stopServing, within: PATIENCE_SECONDS });
  const delay = config.shutdownDelaySeconds;
  shutdown.add({ what: "the delay", stop: () => pause(delay * 1000), within: delay + 1 });
  const { signUp } = services;
  const { needsSetUpLink } = await signUpState(db, signUp);
  return needsSetUpLink && signUp.setUpToken ? setUpLink(config.publicUrl, signUp.setUpToken) : undefined;
}
