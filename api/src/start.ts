/** The life of the process: reads the configuration, opens the database, starts the server, and stops it all again. */
import { migrate, UnsupportedServerError } from "@ttl-secrets/drizzle/migrate";
import manifest from "../package.json" with { type: "json" };
import { brandApps } from "./apps/brand/branded-apps.ts";
import { readBuiltApps } from "./apps/built-app.ts";
import { type Config, ConfigError, effectiveConfig, parseConfig } from "./config.ts";
import { startEmbeddedPostgres } from "./embedded-postgres/embedded-postgres.ts";
import { requireFreePort } from "./http/listen.ts";
import { openEmbeddedKeys } from "./key-ring/embedded-keys.ts";
import { logDestination } from "./logging/buffered-destination.ts";
import { createLogger, describeError } from "./logging/log.ts";
import { PATIENCE_SECONDS, Shutdown } from "./process/shutdown.ts";
import { StartError, startFailure } from "./process/start-error.ts";
import { type RunningServer, serve } from "./services.ts";
import { traceWith } from "./tracing/tracing.ts";

/** `EX_CONFIG` of sysexits.h: a supervisor that knows it does not restart what can't start. */
const EXIT_CONFIG = 78;

const say = (line: string) => process.stdout.write(`${line}\n`);

/** A start can be making a whole database. */
const START_SECONDS = 60;

/** Undone in reverse when the process is to end. */
const shutdown = new Shutdown((what, error) => {
  const why = error === undefined ? "it took too long" : JSON.stringify(describeError(error));
  process.stderr.write(`Could not stop ${what}: ${why}\n`);
});
const serving: RunningServer = {};
let stopping = false;
/** Settles when the start is through, whether it succeeded or not. */
let starting = Promise.resolve();

/** Thrown out of a start that was asked to stop meanwhile. */
class AbortedStartError extends Error {}

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
  const metricsAddress =
    config.metricsPort === undefined
      ? undefined
      : {
          port: config.metricsPort,
          host: config.metricsHost,
          variables: { port: "METRICS_PORT", host: "METRICS_HOST" },
        };
  if (metricsAddress) await requireFreePort(metricsAddress);
  const { databaseUrl, keys, authSecret } = await openDatabase(config);
  throwIfStopping();
  say("Migrating the database…");
  const directUrl = config.databaseDirectUrl ?? databaseUrl;
  await migrate(directUrl).catch((error: unknown) => {
    if (error instanceof UnsupportedServerError || !config.databaseDirectUrl) throw error;
    throw new StartError(startFailure(error, "DATABASE_DIRECT_URL"));
  });
  throwIfStopping();
  const ground = { config, version, log, apps, metricsAddress, databaseUrl, directUrl, keys, authSecret };
  await serve(ground, shutdown, serving);
  throwIfStopping();
  say(`\n  TTL Secrets is ready: ${config.publicUrl}\n`);
}

function throwIfStopping(): void {
  if (stopping) throw new AbortedStartError();
}

/** The user's PostgreSQL with the user's keys, or the embedded one with its own: a ring, or the file that holds one. */
async function openDatabase(config: Config) {
  const { databaseUrl, dataDir, keyFile, authSecret } = config;
  const keys = config.keyRing ?? keyFile;
  if (databaseUrl && keys && authSecret) return { databaseUrl, keys, authSecret };
  const postgres = await startEmbeddedPostgres({ dataDir, onProgress: say }).catch((error: unknown) => {
    // The message of every error of its start is written for the operator.
    throw error instanceof Error ? new StartError(error.message) : error;
  });
  shutdown.add({
    what: "the embedded PostgreSQL",
    stop: () => postgres.stop(),
    within: START_SECONDS,
    always: true,
  });
  void postgres.exited.then(() => stop("The embedded PostgreSQL stopped by itself.", 1));
  const own = await openEmbeddedKeys(dataDir);
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
    if (error instanceof AbortedStartError) return;
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
  serving.health?.stop();
  await shutdown.patiently(starting, START_SECONDS);
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
      serving.listener?.hurry();
    }
    void stop("Stopping…", 0);
  });
}

starting = run();
