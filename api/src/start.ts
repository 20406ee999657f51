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
import { watchPackageManager } from "./process/package-manager.ts";
import { PATIENCE_SECONDS, Shutdown } from "./process/shutdown.ts";
import { StartError, startFailure } from "./process/start-error.ts";
import { type RunningServer, serve } from "./services.ts";
import { traceWith } from "./tracing/tracing.ts";

/** `EX_CONFIG` of sysexits.h, so that a supervisor can tell that a restart would fail, too. */
const EXIT_CONFIG = 78;

const printLine = (line: string) => process.stdout.write(`${line}\n`);

/** Seconds that a start may take to finish or stop: it may be creating a database. */
const START_SECONDS = 60;

/** Stops everything in reverse order. */
const shutdown = new Shutdown((what, error) => {
  const why = error === undefined ? "it took too long" : JSON.stringify(describeError(error));
  process.stderr.write(`Could not stop ${what}: ${why}\n`);
});
const serving: RunningServer = {};
let stopping = false;
/** Resolves when the start has succeeded or failed. */
let starting = Promise.resolve();

/** Thrown by a start that was asked to stop. */
class AbortedStartError extends Error {}

async function start(config: Config): Promise<void> {
  const log = createLogger(config.logLevel, await logDestination());
  const { version } = manifest;
  log.info({ version, node: process.version, config: effectiveConfig(config) }, "starting");
  if (config.tracing) {
    // A chunk of its own, because few installations trace.
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
  printLine("Migrating the database…");
  const directUrl = config.databaseDirectUrl ?? databaseUrl;
  await migrate(directUrl).catch((error: unknown) => {
    if (error instanceof UnsupportedServerError || !config.databaseDirectUrl) throw error;
    throw new StartError(startFailure(error, "DATABASE_DIRECT_URL"));
  });
  throwIfStopping();
  const options = { config, version, log, apps, metricsAddress, databaseUrl, directUrl, keys, authSecret };
  const setUpLink = await serve(options, shutdown, serving);
  throwIfStopping();
  printLine(`\n  TTL Secrets is ready: ${config.publicUrl}\n`);
  // A secret until the first account exists, so it is in no log line.
  if (setUpLink) printLine(`  Create the first account with this set-up link: ${setUpLink}\n`);
}

function throwIfStopping(): void {
  if (stopping) throw new AbortedStartError();
}

/** The operator's PostgreSQL and keys, or the embedded ones. `keys` is a key ring or the path of its file. */
async function openDatabase(config: Config) {
  const { databaseUrl, dataDir, keyFile, authSecret } = config;
  const keys = config.keyRing ?? keyFile;
  if (databaseUrl && keys && authSecret) return { databaseUrl, keys, authSecret };
  const postgres = await startEmbeddedPostgres({ dataDir, onProgress: printLine }).catch((error: unknown) => {
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
  // Configured keys take precedence.
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
    const isForOperator = [ConfigError, StartError, UnsupportedServerError].some(
      (kind) => error instanceof kind,
    );
    const reason = isForOperator && error instanceof Error ? error.message : startFailure(error);
    void stop(reason, error instanceof ConfigError ? EXIT_CONFIG : 1);
  }
}

/**
 * Ends the process in order: reports not ready and serves for the configured delay, then tells streams to reconnect,
 * finishes requests and attempts, and stops the database last. A start in progress finishes first and is then undone.
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

// A full disk, or a pipe or terminal that was closed, loses messages but does not stop the server.
process.stderr.on("error", () => {});
process.stdout.on("error", () => {});
process.stdout.once("error", ({ code }: NodeJS.ErrnoException) => {
  process.stderr.write(`stdout can't be written (${code}): its messages are lost, the server continues.\n`);
});

// Node would print such an error with its message, which can quote secrets.
for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error: unknown) => void stop(`Stopping after an error: ${startFailure(error)}`, 1));
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    // A second signal cuts off requests in progress. An embedded database still stops in order.
    if (stopping) {
      shutdown.hurry();
      serving.listener?.hurry();
    }
    void stop("Stopping…", 0);
  });
}

if (process.env.npm_lifecycle_event === "start") {
  watchPackageManager(() => void stop("Stopping: the package manager that started the server has ended.", 0));
}

starting = run();
