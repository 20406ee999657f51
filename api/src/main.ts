/** The composition root: reads the configuration, puts the parts together, listens, and takes it all down again. */
import { createServer } from "node:net";
import { serve } from "@hono/node-server";
import { migrate, UnsupportedServerError } from "@ttl-secrets/drizzle/migrate";
import { createAuth } from "./accounts/auth.ts";
import { clientIpResolver } from "./client-ip.ts";
import { type Config, ConfigError, parseConfig } from "./config.ts";
import { Argon2Slots } from "./crypto/argon2.ts";
import { connect } from "./db.ts";
import { DataDirInUseError, startEmbeddedPostgres } from "./embedded-postgres/embedded-postgres.ts";
import { generatedKeys } from "./generated-keys.ts";
import { createLogger, describeError, type Logger } from "./log.ts";
import { originsOf } from "./origin.ts";
import { RateLimits } from "./rate-limit.ts";
import { startSweep } from "./secrets/sweep.ts";
import { createApp } from "./server.ts";
import { listenFailure, StartError, startFailure } from "./start-error.ts";

/** `EX_CONFIG` of sysexits.h: a supervisor that knows it does not restart what can't start. */
const EXIT_CONFIG = 78;

/** How long running requests may take to finish once the process was asked to stop. */
const DRAIN_MS = 10_000;

const say = (line: string) => process.stdout.write(`${line}\n`);

type Cleanup = () => Promise<unknown>;

async function start(config: Config, log: Logger, cleanups: Cleanup[]): Promise<void> {
  await requireFreePort(config);
  const { databaseUrl, keyRing, authSecret } = await openDatabase(config, cleanups);

  say("Migrating the database…");
  await migrate(databaseUrl);
  const db = connect(databaseUrl);
  cleanups.push(db.close);

  const slots = new Argon2Slots();
  const { publicUrl, revealUrl, signUp, rateLimitMultiplier } = config;
  const rateLimits = new RateLimits(db, rateLimitMultiplier);
  const origins = originsOf(config);
  const auth = createAuth(
    { db, slots, log },
    { publicUrl, origins: origins.own, secret: authSecret, signUp, rateLimitMultiplier },
  );
  const clientIp = clientIpResolver(config.trustedProxies);
  const app = createApp({
    db,
    slots,
    keyRing,
    revealUrl,
    rateLimits,
    log,
    auth,
    clientIp,
    signUp,
    publicUrl,
    origins,
  });

  const sweep = startSweep({ db, rateLimits, log }, config.sweepIntervalSeconds);
  cleanups.push(sweep.stop);
  cleanups.push(await listen(app.fetch, config));
  say(`\n  TTL Secrets is ready: ${publicUrl}\n`);
}

async function openDatabase(config: Config, cleanups: Cleanup[]) {
  const { databaseUrl, keyRing, authSecret, dataDir } = config;
  if (databaseUrl && keyRing && authSecret) return { databaseUrl, keyRing, authSecret };
  const postgres = await startEmbeddedPostgres({ dataDir, onProgress: say });
  cleanups.push(postgres.stop);
  void postgres.exited.then(() => stop("The embedded PostgreSQL stopped by itself.", 1));
  // What is set in the environment wins; the generated keys pass the same checks as hand-made ones.
  const keys = parseConfig({ ...(await generatedKeys(dataDir)), ...setVariables(process.env) });
  if (!keys.keyRing || !keys.authSecret) throw new Error("the generated keys are incomplete");
  return { databaseUrl: postgres.url, keyRing: keys.keyRing, authSecret: keys.authSecret };
}

const setVariables = (env: NodeJS.ProcessEnv) =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));

/** Asked before the database is started, so that the answer comes at once. */
function requireFreePort({ port, host }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error) => reject(listenFailure(error, port, host)));
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

function listen(fetch: Parameters<typeof serve>[0]["fetch"], { port, host }: Config): Promise<Cleanup> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, port, hostname: host }, () => resolve(close));
    server.once("error", (error) => reject(listenFailure(error, port, host)));
    const close = () =>
      new Promise<void>((done) => {
        server.close(() => done());
        if ("closeIdleConnections" in server) server.closeIdleConnections();
        setTimeout(() => "closeAllConnections" in server && server.closeAllConnections(), DRAIN_MS).unref();
      });
  });
}

const cleanups: Cleanup[] = [];
let stopping = false;

async function stop(reason: string, exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  process.stderr.write(`${reason}\n`);
  for (const cleanup of cleanups.toReversed()) {
    await cleanup().catch((error: unknown) =>
      process.stderr.write(`${JSON.stringify(describeError(error))}\n`),
    );
  }
  process.exit(exitCode);
}

// Node would print such an error with its message, which can quote what must not be printed.
for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error: unknown) => void stop(`Stopping after an error: ${startFailure(error)}`, 1));
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (stopping) process.exit(1);
    void stop("Stopping…", 0);
  });
}

try {
  const config = parseConfig(process.env);
  await start(config, createLogger(config.logLevel), cleanups);
} catch (error) {
  const isForPeople =
    error instanceof ConfigError ||
    error instanceof StartError ||
    error instanceof DataDirInUseError ||
    error instanceof UnsupportedServerError;
  const reason = isForPeople ? error.message : startFailure(error);
  await stop(reason, error instanceof ConfigError ? EXIT_CONFIG : 1);
}
