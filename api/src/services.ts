/**
 * The composition root: puts the parts of the server together and has it listen. Whatever is only needed for that is loaded
 * with it, most of all that the process ever loads, and so while the database starts.
 */
import { setTimeout as pause } from "node:timers/promises";
import { createAuth } from "./accounts/auth.ts";
import type { Apps } from "./apps/built-app.ts";
import type { Config } from "./config.ts";
import { HashingPool } from "./crypto/argon2.ts";
import type { KeyRing } from "./crypto/key-ring.ts";
import { connect } from "./db/client.ts";
import { requireUsablePooler } from "./db/pooler.ts";
import { createApp } from "./http/app.ts";
import { clientIpResolver } from "./http/client-ip.ts";
import { Health } from "./http/health.ts";
import { type Listener, listen } from "./http/listen.ts";
import { originsOf } from "./http/origins.ts";
import { startKeyRotation } from "./jobs/key-rotation.ts";
import { startSweep } from "./jobs/sweep.ts";
import { FileKeyRing } from "./key-ring/file-key-ring.ts";
import { openKeyRing } from "./key-ring/open-key-ring.ts";
import { LiveUpdates } from "./live/live-updates.ts";
import type { Logger } from "./logging/log.ts";
import { Metrics } from "./metrics/metrics.ts";
import { createMetricsApp } from "./metrics/metrics-app.ts";
import { readVitals } from "./metrics/vitals-store.ts";
import { PATIENCE_SECONDS, type Shutdown } from "./process/shutdown.ts";
import { openRollbackGuard } from "./secrets/rollback-guard.ts";
import { watermarkFile } from "./secrets/watermark-file.ts";
import { RateLimits } from "./shared/rate-limit.ts";

/** What is told to end as soon as the process is to, wherever its start has got to. */
export interface RunningServer {
  health?: Health;
  listener?: Listener;
}

/** What the start has made ready for the server. */
interface ServerOptions {
  config: Config;
  version: string;
  log: Logger;
  apps: Apps;
  metricsAddress: Parameters<typeof listen>[1] | undefined;
  /** Of a database that has every table. */
  databaseUrl: string;
  /** Where it is migrated, and listened to for changes: at PostgreSQL itself. */
  directUrl: string;
  /** A ring, or the path of the file that holds one. */
  keys: KeyRing | string;
  authSecret: string;
}

/**
 * Puts the server together and has it listen. Each part that has to be taken down again is added to `shutdown` as it is up,
 * each that can be told to end to `serving`.
 *
 * @throws StartError where a person can mend why it failed; the driver's error where the database can't be asked.
 */
export async function serve(
  ground: ServerOptions,
  shutdown: Shutdown,
  serving: RunningServer,
): Promise<void> {
  const { config, version, log, apps, metricsAddress, databaseUrl, directUrl, keys, authSecret } = ground;
  const db = connect(databaseUrl, undefined, { behindPooler: config.databaseDirectUrl !== undefined });
  shutdown.add({ what: "the database's connections", stop: db.close, within: PATIENCE_SECONDS });
  if (config.databaseDirectUrl) await requireUsablePooler(db, config.databaseDirectUrl);

  // Keys come after the tables: whether a new ring may be begun depends on what is pending.
  const keyRing =
    typeof keys === "string" ? await openKeyRing({ db, path: keys, log }, config.keyRotation) : keys;

  const metrics = new Metrics();
  const hashingPool = new HashingPool(undefined, undefined, metrics.argon2);
  const { publicUrl, revealUrl, signUp, rateLimitMultiplier } = config;
  const rateLimits = new RateLimits(db, rateLimitMultiplier, metrics.rateLimited);
  const origins = originsOf(config);
  const auth = createAuth(
    { db, hashingPool, log },
    { publicUrl, origins: origins.own, secret: authSecret, signUp, rateLimitMultiplier },
  );
  const clientIp = clientIpResolver(config.trustedProxies);
  const keyFile = keyRing instanceof FileKeyRing ? keyRing.path : undefined;
  const rollbackGuard = await openRollbackGuard({ db, log, file: watermarkFile(keyFile, config) });
  const live = new LiveUpdates({ db, log, listenUrl: directUrl, limitMultiplier: rateLimitMultiplier });
  const services = { db, hashingPool, keyRing, rollbackGuard, revealUrl, rateLimits, live, log, metrics };
  const sweep = startSweep(
    { db, rateLimits, rollbackGuard, log, retention: config.retention, onBatch: metrics.swept },
    config.sweepIntervalSeconds,
  );
  shutdown.add({ what: "the sweep", stop: sweep.stop, within: PATIENCE_SECONDS });
  if (keyRing instanceof FileKeyRing) {
    const keeper = startKeyRotation({ db, ring: keyRing, log }, config.keyRotation);
    shutdown.add({ what: "the keeper of the keys", stop: keeper.stop, within: PATIENCE_SECONDS });
  }
  const health = new Health({ db, log, keyRing, sweep });
  serving.health = health;
  const app = createApp({ ...services, auth, health, clientIp, signUp, publicUrl, origins, apps });
  // An attempt goes on when its client has hung up: no request is left, but it is to be settled all the same.
  shutdown.add({ what: "attempts under way", stop: () => hashingPool.idle(), within: PATIENCE_SECONDS });
  if (metricsAddress) {
    metrics.start(version, {
      argon2: () => hashingPool.load,
      streams: () => live.streams,
      database: () => readVitals(db).catch(() => undefined),
    });
    const metricsServer = await listen(createMetricsApp(metrics).fetch, metricsAddress);
    shutdown.add({ what: "serving metrics", stop: metricsServer.stop, within: PATIENCE_SECONDS });
  }
  const server = await listen(app.fetch, config);
  serving.listener = server;
  // At once, or the streams would keep the requests from ever being through.
  const stopServing = () => Promise.all([server.stop(), live.stop()]);
  shutdown.add({ what: "serving", stop: stopServing, within: PATIENCE_SECONDS });
  const delay = config.shutdownDelaySeconds;
  shutdown.add({ what: "the delay", stop: () => pause(delay * 1000), within: delay + 1 });
}
