import { fileURLToPath } from "node:url";
import { type MigrationMeta, readMigrationFiles } from "drizzle-orm/migrator";
import type postgres from "postgres";
import { openConnections } from "./connection.ts";

const migrationsFolder = fileURLToPath(new URL("./migrations", import.meta.url));

/** Key of the advisory lock. Arbitrary, but nothing else in the database may use it. */
const MIGRATION_LOCK = 7_786_501;

/** `server_version_num` of PostgreSQL 14, the oldest supported release. */
const OLDEST_SERVER = 140_000;

/** The server is too old, or the database not usable. The message says what to do. */
export class UnsupportedServerError extends Error {}

/**
 * Migrates the database at `url` to the newest schema, one transaction per migration. Replicas may call it at the same
 * time: one takes an advisory lock, and the others wait and then find nothing left to do. The URL must lead to
 * PostgreSQL itself, not to a pooler.
 *
 * @throws UnsupportedServerError for PostgreSQL older than 14, a database that is not in UTF-8, and a
 *   user without the schema `public`; the driver's error when it can't connect.
 */
export async function migrate(url: string): Promise<void> {
  // A migration takes as long as it takes. A pooler in transaction mode refuses these start-up parameters, and should: the
  // session lock below would stay behind on one of its connections.
  const settings = { statement_timeout: "0", lock_timeout: "0", idle_in_transaction_session_timeout: "0" };
  const sql = openConnections(url, { settings }, { max: 1, onnotice: () => {} });
  try {
    const [server] = await sql<{ version: number; encoding: string }[]>`
      SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding`;
    if (!server || server.version < OLDEST_SERVER) {
      throw new UnsupportedServerError(
        "PostgreSQL 14 or newer is needed: upgrade the server of DATABASE_URL.",
      );
    }
    // Other encodings count bytes instead of characters, or can't store some characters.
    if (server.encoding !== "UTF8") {
      throw new UnsupportedServerError(
        "The database must be in UTF-8. Make one with: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
      );
    }
    // A session lock is also released when this process dies.
    await sql`SELECT pg_advisory_lock(${MIGRATION_LOCK})`;
    await requireSchema(sql);
    for (const migration of await outstanding(sql)) await apply(sql, migration);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** @throws UnsupportedServerError when the user can't use the schema of the tables. */
async function requireSchema(sql: postgres.Sql): Promise<void> {
  const [found] = await sql<[{ schema: string | null }]>`SELECT current_schema() AS schema`;
  if (found.schema !== null) return;
  throw new UnsupportedServerError(
    "The user of DATABASE_URL can't use the schema public, where the tables are. Run in that database: CREATE SCHEMA IF NOT EXISTS public; GRANT USAGE, CREATE ON SCHEMA public TO the user.",
  );
}

/** Migrations not yet applied, in order. Uses the table of Drizzle's own migrator. */
async function outstanding(sql: postgres.Sql): Promise<MigrationMeta[]> {
  await sql`CREATE SCHEMA IF NOT EXISTS drizzle`;
  await sql`
    CREATE TABLE IF NOT EXISTS drizzle.__drizzle_migrations (
      id serial PRIMARY KEY, hash text NOT NULL, created_at bigint)`;
  const newest = await newestApplied(sql);
  return readMigrationFiles({ migrationsFolder }).filter(({ folderMillis }) => folderMillis > newest);
}

/**
 * Applies one migration in its own transaction. Drizzle's migrator uses one transaction for all: it holds the locks of
 * one migration while it waits for those of the next, and so can deadlock with attempts that the previous release is
 * serving (`e2e/system/upgrade/upgrade.test.ts`).
 */
async function apply(
  sql: postgres.Sql,
  { sql: statements, hash, folderMillis }: MigrationMeta,
): Promise<void> {
  await sql.begin(async (tx) => {
    // A checkout with CRLF creates the same functions and texts as one with LF.
    for (const statement of statements) await tx.unsafe(statement.replaceAll("\r\n", "\n"));
    await tx`INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES (${hash}, ${folderMillis})`;
  });
}

/** Creation time of the newest applied migration, in ms since 1970; 0 if none is applied. */
async function newestApplied(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ at: string | null }[]>`
    SELECT max(created_at)::text AS at FROM drizzle.__drizzle_migrations`;
  return Number(row?.at ?? 0);
}

/**
 * Whether the database has every migration that this release knows. It may have newer ones, from a newer replica.
 *
 * @throws the driver's error when the database can't be asked.
 */
export async function isMigrated(sql: postgres.Sql): Promise<boolean> {
  const newest = readMigrationFiles({ migrationsFolder }).at(-1);
  const [table] = await sql<{ exists: boolean }[]>`
    SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL AS exists`;
  if (!table?.exists) return false;
  return newest !== undefined && (await newestApplied(sql)) >= newest.folderMillis;
}
