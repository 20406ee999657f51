import type { TransactionSql } from "postgres";
import type { Database } from "./client.ts";

/**
 * The setting by which a PostgreSQL server, a database or a connection string accepts `fsync = off` and
 * `full_page_writes = off`: for storage that keeps every write by itself, and for tests, whose data may be lost.
 */
export const ACCEPT_UNSYNCED = "ttl_secrets.accept_unsynced_writes";

/** The condition that no crash of the database undoes a commit of this session. Reads settings only. */
export const isDurable = (sql: Database["sql"] | TransactionSql) => sql`(
  current_setting('synchronous_commit') <> 'off'
  AND (current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on'
    OR current_setting(${ACCEPT_UNSYNCED}, true) IS NOT DISTINCT FROM 'on'))`;

/** Names of the settings that let a crash undo a commit of this session, apart from those that are accepted. */
export async function lossySettings({ sql }: Pick<Database, "sql">): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    SELECT name FROM pg_settings
    WHERE name IN ('synchronous_commit', 'fsync', 'full_page_writes') AND setting = 'off'
      AND (name = 'synchronous_commit' OR current_setting(${ACCEPT_UNSYNCED}, true) IS DISTINCT FROM 'on')
    ORDER BY name`;
  return rows.map(({ name }) => name);
}

/** What to do about these settings. */
export const durabilityAdvice = (names: readonly string[]): string =>
  `Set ${names.map((name) => `${name} = on`).join(" and ")}. Only where the storage keeps every write by itself may PostgreSQL run without fsync and full_page_writes: set ${ACCEPT_UNSYNCED} = on there, or add options=-c%20${ACCEPT_UNSYNCED}=on to DATABASE_URL`;
