import { randomBytes } from "node:crypto";
import { isMigrated } from "@ttl-secrets/drizzle/migrate";
import type { Config } from "../config.ts";
import { connect, type Database } from "../db/client.ts";
import { attachEmbeddedPostgres } from "../embedded-postgres/attach.ts";
import { embeddedKeyFile } from "../key-ring/embedded-keys.ts";
import { createLogger } from "../logging/log.ts";
import { startFailure } from "../process/start-error.ts";
import { CommandError } from "./result.ts";

/** The database and keys of the server with this configuration. */
export interface Installation {
  config: Config;
  db: Database;
  /** The file of the encryption keys; undefined if they come from the environment. */
  keyFile: string | undefined;
  close(): Promise<void>;
}

/** Size of the pool. Connections are opened on demand; no command runs as many queries at once. */
const CONNECTIONS = 4;

/**
 * Opens the installation, whether or not its server is running.
 *
 * @throws CommandError if its database can't be reached.
 */
export async function openInstallation(
  config: Config,
  onProgress: (line: string) => void,
): Promise<Installation> {
  const { databaseUrl, databaseDirectUrl, dataDir } = config;
  const postgres = databaseUrl
    ? { url: databaseDirectUrl ?? databaseUrl, stop: async () => {} }
    : await attachEmbeddedPostgres({ dataDir, onProgress }).catch((error: unknown) => {
        // Their messages are made for operators.
        throw error instanceof Error ? new CommandError(error.message) : error;
      });
  const db = connect(postgres.url, CONNECTIONS);
  const close = () => db.close().finally(postgres.stop);
  try {
    await db.sql`SELECT 1`;
  } catch (error) {
    await close();
    throw new CommandError(
      startFailure(error, databaseDirectUrl && "DATABASE_DIRECT_URL").replace(
        "TTL Secrets could not start",
        "The database can't be used",
      ),
    );
  }
  return { config, db, keyFile: keyFileOf(config), close };
}

/** The services that the commands use. Sign-up is open to the operator, and nothing is logged. */
export async function accountServices({ db, config }: Pick<Installation, "db" | "config">) {
  // On demand, because most commands do without it.
  const { createAccountServices } = await import("../services.ts");
  return createAccountServices(
    { ...config, signUp: "open", rateLimitMultiplier: 1 },
    // Nothing signed with it leaves this process.
    { db, log: createLogger("silent"), authSecret: randomBytes(32).toString("base64") },
  );
}

/** The file of the encryption keys; undefined if they come from the environment. */
export function keyFileOf({ databaseUrl, dataDir, keyFile, keyRing }: Config): string | undefined {
  if (keyFile !== undefined || keyRing || databaseUrl) return keyFile;
  return embeddedKeyFile(dataDir);
}

/** @throws CommandError if the database does not have the tables of this release. */
export async function requireMigrated({ db }: Installation): Promise<void> {
  if (await isMigrated(db.sql)) return;
  throw new CommandError(
    "The database does not have the tables of this release yet. Start the server once; it creates them.",
  );
}
