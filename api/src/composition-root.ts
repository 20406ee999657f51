/** The composition root: reads the configuration, puts the parts together, listens, and takes it all down again. */
import { setTimeout as pause } from "node:timers/promises";
import { migrate, UnsupportedServerError } from "@ttl-secrets/drizzle/migrate";
import manifest from "../package.json" with { type: "json" };
import { createAuth } from "./accounts/auth.ts";
import { readBuiltApps } from "./apps/built-app.ts";
import { brandApps } from "./brand/branded-apps.ts";
import { clientIpResolver } from "./client-ip.ts";
import { type Config, ConfigError, effectiveConfig, parseConfig } from "./config.ts";
import { Argon2Slots } from "./crypto/argon2.ts";
import { connect } from "./db.ts";
import { startEmbeddedPostgres } from "./embedded-postgres/embedded-postgres.ts";
import { Health } from "./health.ts";
import { embeddedKeys } from "./key-ring/embedded-keys.ts";
import { startKeyKeeper } from "./key-ring/key-keeper.ts";
import { KeyRingFile } from "./key-ring/key-ring-file.ts";
import { openKeyRing } from "./key-ring/open-key-ring.ts";
import { type Listener, listen, requireFreePort } from "./listen.ts";
import { ChangeHub } from "./live/change-hub.ts";
import { createLogger, describeError, logDestination } from "./log.ts";
import { Metrics } from "./metrics/metrics.ts";
import { createMetricsApp } from "./metrics/metrics-app.ts";
import { readVitals } from "./metrics/vitals-store.ts";
import { originsOf } from "./origin.ts";
import { requireUsablePooler } from "./pooler.ts";
import { RateLimits } from "./rate-limit.ts";
import { DatabaseWatch } from "./secrets/database-watch.ts";
import { lastSeenFile } from "./secrets/last-seen.ts";
import { startSweep } from "./secrets/sweep.ts";
import { createApp } from "./server.ts";
import { Shutdown } from "./shutdown.ts";
import { StartError, startFailure } from "./start-error.ts";
import { traceWith } from "./tracing/tracing.ts";

/** `EX_CONFIG` of sysexits.h: a supervisor that knows it does not restart what can't start. */
const EXIT_CONFIG = 78;

const say = (line: string) => process.stdout.write(`${line}\n`);

/**
 * How long what is running may take to finish, in seconds: statements of ours time out after 15, so nothing that is going
 * to end well takes longer.
 */
const PATIENCE_SECONDS = 20;

/** A start can be making a whole database. */
const START_SECONDS = 60;

/** Undone in reverse when the process is to end. */
const shutdown = new Shutdown((what, error) => {
  const why = error === undefined ? "it took too long" : JSON.stringify(describeError(error));
  process.stderr.write(`Could not stop ${what}: ${why}\n`);
});
let health: Health | undefined;
let listener: Listener | undefined;
let stopping = false;

/** Thrown out of a start that was asked to stop meanwhile. */
class StoppedError extends Error {}

async function start(config: Config): Promise<void> {
  const log = createLogger(config.logLevel, await logDestination());
  const { version } = manifest;
  log.info({ version, node: process.version, config: effectiveConfig(config) }, "starting");
  if (config.tracing) {
    // Loaded by those alone who trace.
    const { startTracing } = await import("./tracing/open-telemetry.ts");
    const tracing = startTracing(config.tracing, { version, log });
    traceWith(tracing.tracer);
    shutdown.add({ what: "sending traces", stop: tracing.stop, within: PATIENCE_SECONDS });
  }
  const apps = await brandApps(readBuiltApps(), config.brand);
  await requireFreePort(config);
  const metricsAddress = config.metricsPort && {
    port: config.metricsPort,
    host: config.metricsHost,
    variables: { port: "METRICS_PORT", host: "METRICS_HOST" },
  };
  if (metricsAddress) await requireFreePort(metricsAddress);
  const { databaseUrl, keys, authSecret } = await openDatabase(config);
  goOn();
  say("Migrating the database…");
  const directUrl = config.databaseDirectUrl ?? databaseUrl;
  await migrate(directUrl).catch((error: unknown) => {
    if (error instanceof UnsupportedServerError || !config.databaseDirectUrl) throw error;
    throw new StartError(startFailure(error, "DATABASE_DIRECT_URL"));
  });
  goOn();
  const db = connect(databaseUrl, undefined, { behindPooler: config.databaseDirectUrl !== undefined });
  shutdown.add({ what: "the database's connections", stop: db.close, within: PATIENCE_SECONDS });
  if (config.databaseDirectUrl) await requireUsablePooler(db, config.databaseDirectUrl);

  // Keys come after the tables: whether a new ring may be begun depends on what is pending.
  const keyRing =
    typeof keys === "string" ? await openKeyRing({ db, path: keys, log }, config.keyRotation) : keys;

  const metrics = new Metrics();
  const slots = new Argon2Slots(undefined, undefined, metrics.argon2);
  const { publicUrl, revealUrl, signUp, rateLimitMultiplier } = config;
  const rateLimits = new RateLimits(db, rateLimitMultiplier, metrics.rateLimited);
  const origins = originsOf(config);
  const auth = createAuth(
    { db, slots, log },
    { publicUrl, origins: origins.own, secret: authSecret, signUp, rateLimitMultiplier },
  );
  const clientIp = clientIpResolver(config.trustedProxies);
  const keyFile = keyRing instanceof KeyRingFile ? keyRing.path : undefined;
  const watch = await DatabaseWatch.open({ db, log, file: lastSeenFile(keyFile, config) });
  const live = new ChangeHub({ db, log, listenUrl: directUrl, limitMultiplier: rateLimitMultiplier });
  const services = { db, slots, keyRing, watch, revealUrl, rateLimits, live, log, metrics };
  const sweep = startSweep(
    { db, rateLimits, watch, log, retention: config.retention, onBatch: metrics.swept },
    config.sweepIntervalSeconds,
  );
  shutdown.add({ what: "the sweep", stop: sweep.stop, within: PATIENCE_SECONDS });
  if (keyRing instanceof KeyRingFile) {
    const keeper = startKeyKeeper({ db, ring: keyRing, log }, config.keyRotation);
    shutdown.add({ what: "the keeper of the keys", stop: keeper.stop, within: PATIENCE_SECONDS });
  }
  health = new Health({ db, log, keyRing, sweep });
  const app = createApp({ ...services, auth, health, clientIp, signUp, publicUrl, origins, apps });
  // An attempt goes on when its client has hung up: no request is left, but it is to be settled all the same.
  shutdown.add({ what: "attempts under way", stop: () => slots.idle(), within: PATIENCE_SECONDS });
  if (metricsAddress) {
    metrics.start(version, {
      argon2: () => slots.load,
      streams: () => live.streams,
      database: () => readVitals(db).catch(() => undefined),
    });
    const metricsServer = await listen(createMetricsApp(metrics).fetch, metricsAddress);
    shutdown.add({ what: "serving metrics", stop: metricsServer.stop, within: PATIENCE_SECONDS });
  }
  const server = await listen(app.fetch, config);
  listener = server;
  // At once, or the streams would keep the requests from ever being through.
  const stopServing = () => Promise.all([server.stop(), live.stop()]);
  shutdown.add({ what: "serving", stop: stopServing, within: PATIENCE_SECONDS });
  const delay = config.shutdownDelaySeconds;
  shutdown.add({ what: "the delay", stop: () => pause(delay * 1000), within: delay + 1 });
  goOn();
  say(`\n  TTL Secrets is ready: ${publicUrl}\n`);
}

function goOn(): void {
  if (stopping) throw new StoppedError();
}

/** The user's PostgreSQL with the user's keys, or the embedded one with its own: a ring, or the file that holds one. */
async function openDatabase(config: Config) {
  const { databaseUrl, dataDir, keyFile, authSecret } = config;
  const keys = config.keyRing ?? keyFile;
  if (databaseUrl && keys && authSecret) return { databaseUrl, keys, authSecret };
  const postgres = await startEmbeddedPostgres({ dataDir, onProgress: say }).catch((error: unknown) => {
    // Whatever keeps it from starting is said in words for people.
    throw error instanceof Error ? new StartError(error.message) : error;
  });
  shutdown.add({
    what: "the embedded PostgreSQL",
    stop: () => postgres.stop(),
    within: START_SECONDS,
    always: true,
  });
  void postgres.exited.then(() => stop("The embedded PostgreSQL stopped by itself.", 1));
  const own = await embeddedKeys(dataDir);
  // What is set in the environment wins.
  return {
    databaseUrl: postgres.url,
    keys: keys ?? own.keyFile,
    authSecret: authSecret ?? own.authSecret,
  };
}

async function run(): Promise<void> {
  try {
    await start(parseConfig(process.env));
  } catch (error) {
    if (error instanceof StoppedError) return;
    const isForPeople = [ConfigError, StartError, UnsupportedServerError].some(
      (kind) => error instanceof kind,
    );
    const reason = isForPeople && error instanceof Error ? error.message : startFailure(error);
    void stop(reason, error instanceof ConfigError ? EXIT_CONFIG : 1);
  }
}

/**
 * Ends the process in order: it says that it is not ready any more and goes on for a while; its streams are told to
 * connect again and requests and attempts finish; the database comes last. A start under way is waited for, then undone.
 */
async function stop(reason: string, exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  process.stderr.write(`${reason}\n`);
  health?.stop();
  await shutdown.patiently(running, START_SECONDS);
  await shutdown.run();
  process.exit(exitCode);
}

// Node would print such an error with its message, which can quote what must not be printed.
for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error: unknown) => void stop(`Stopping after an error: ${startFailure(error)}`, 1));
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // A second signal means: now. Running requests are cut off; an embedded database is still stopped in order.
    if (stopping) {
      shutdown.hurry();
      listener?.hurry();
    }
    void stop("Stopping…", 0);
  });
}

const running = run();
await running;
