import { fileURLToPath } from "node:url";
import { type MigrationMeta, readMigrationFiles } from "drizzle-orm/migrator";
import postgres from "postgres";

const migrationsFolder = fileURLToPath(new URL("./migrations", import.meta.url));

/** Any fixed number serves as key, so long as nothing else in the database takes an advisory lock with it. */
const MIGRATION_LOCK = 7_786_501;

/** PostgreSQL 14 is the oldest release the product is tested for. */
const OLDEST_SERVER = 140_000;

/** The server or database can't keep the product's promises: too old, not UTF-8, or not durable. */
export class UnsupportedServerError extends Error {}

/**
 * Brings the database at `url` to the newest schema, a migration at a time. Replicas may call it at the same time: an
 * advisory lock lets one through and the others, once it is free, find nothing left to do. The URL must lead to the
 * server itself.
 *
 * @throws UnsupportedServerError for a PostgreSQL older than 14, or a database that is not UTF-8 or commits without waiting for the
 *   disk; the driver's error when it can't connect.
 */
export async function migrate(url: string): Promise<void> {
  // PostgreSQL's own default. A pooler that hands out connections per transaction refuses it, which is as well: the lock
  // below would stay behind on a connection of the pooler's.
  const connection = { lock_timeout: 0 };
  const sql = postgres(url, { max: 1, connection, onnotice: () => {} });
  try {
    const [server] = await sql<{ version: number; encoding: string; durability: string }[]>`
      SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding,
        current_setting('synchronous_commit') AS durability`;
    if (!server || server.version < OLDEST_SERVER) {
      throw new UnsupportedServerError(
        "PostgreSQL 14 or newer is needed: upgrade the server of DATABASE_URL.",
      );
    }
    // In any other encoding characters would be counted as bytes, or not be storable at all.
    if (server.encoding !== "UTF8") {
      throw new UnsupportedServerError(
        "The database must be in UTF-8. Make one with: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
      );
    }
    // A crash would bring a secret back whose destruction was committed, and shown, but not yet written.
    if (server.durability === "off") {
      throw new UnsupportedServerError(
        "synchronous_commit is off: after a crash a secret that was shown could be opened again. Set it to on.",
      );
    }
    // A session lock, so that it is also released when this process dies half-way.
    await sql`SELECT pg_advisory_lock(${MIGRATION_LOCK})`;
    for (const migration of await outstanding(sql)) await apply(sql, migration);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** The migrations that the database has not seen, in their order. The table is the one that Drizzle's own migrator keeps. */
async function outstanding(sql: postgres.Sql): Promise<MigrationMeta[]> {
  await sql`CREATE SCHEMA IF NOT EXISTS drizzle`;
  await sql`
    CREATE TABLE IF NOT EXISTS drizzle.__drizzle_migrations (
      id serial PRIMARY KEY, hash text NOT NULL, created_at bigint)`;
  const newest = await newestApplied(sql);
  return readMigrationFiles({ migrationsFolder }).filter(({ folderMillis }) => folderMillis > newest);
}

/**
 * Applies one migration, in a transaction of its own. Drizzle's migrator has one for all: it would keep the tables of
 * one migration locked while it waits for those of the next, in a circle with attempts that the release before is
 * serving, and PostgreSQL would end one of them (`e2e/system/upgrade/upgrade.test.ts`).
 */
async function apply(
  sql: postgres.Sql,
  { sql: statements, hash, folderMillis }: MigrationMeta,
): Promise<void> {
  await sql.begin(async (tx) => {
    for (const statement of statements) await tx.unsafe(statement);
    await tx`INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES (${hash}, ${folderMillis})`;
  });
}

/** When the newest migration that was applied was made, in ms since 1970; 0 if none was. */
async function newestApplied(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ at: string | null }[]>`
    SELECT max(created_at)::text AS at FROM drizzle.__drizzle_migrations`;
  return Number(row?.at ?? 0);
}

/**
 * Whether the database has every migration this code knows. Newer ones, applied by a newer replica, are fine.
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
