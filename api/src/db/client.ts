import { openConnections } from "@ttl-secrets/drizzle/connection";
import * as schema from "@ttl-secrets/drizzle/schema";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { wrapDriver } from "./driver.ts";

/** One connection pool with two interfaces: `orm` for everyday queries, `sql` for hand-written hot ones. */
export type Database = ReturnType<typeof connect>;

/** What a store's queries run on: the pool, or a transaction of `Database.orm`. */
export type Queryable = Database["orm"] | Parameters<Parameters<Database["orm"]["transaction"]>[0]>[0];

/** Options of every connection. */
const OPTIONS = {
  // Reconnect delay in seconds. The driver's default backoff grows to 20 s, during which requests hang.
  backoff: () => 0.1 + Math.random() * 0.2,
  // Skips the query for array types per connection: we use none, and the driver does not catch its failure.
  fetch_types: false,
  // The driver would print PostgreSQL's notices to stdout.
  onnotice: () => {},
};

/**
 * A dedicated connection for `LISTEN`. It must lead to the PostgreSQL server itself: a pooler in transaction mode never
 * delivers notifications.
 */
export function connectToListen(url: string): postgres.Sql {
  return openConnections(url, { name: "ttl-secrets live", settings: timeouts }, { ...OPTIONS, max: 1 });
}

/** Timeouts of a session in ms. A pooler must set them on its own connections. */
export const TIMEOUTS = {
  // Far above the duration of any of our statements; one that hangs blocks those behind it.
  statement_timeout: 15_000,
  lock_timeout: 5_000,
  // Shorter than `lock_timeout`: a process that stops half-way through a transaction loses it before the sessions that
  // wait for its locks, such as the one on the vault's audit chain, give up.
  idle_in_transaction_session_timeout: 4_000,
};

/** The timeouts as start-up parameters. */
const timeouts = Object.fromEntries(Object.entries(TIMEOUTS).map(([name, ms]) => [name, String(ms)]));

/**
 * One statement at a time per connection. The driver describes a statement's parameters with Flush instead of Sync. When
 * it does so while another statement runs, PgBouncer may give the connection to another client in between, and the
 * response never arrives.
 */
const BEHIND_POOLER = { prepare: false, max_pipeline: 0 };

/**
 * Opens a pool of at most `max` connections to `url`, or of its `connection_limit`. Connects on first use; `close` waits
 * 5 s for running queries.
 *
 * @param behindPooler whether `url` leads to a pooler in transaction mode. It refuses settings at connect time, and the
 *   next statement may run on another connection, which has not prepared it.
 */
export function connect(url: string, max = 10, { behindPooler = false } = {}) {
  const client = openConnections(
    url,
    { behindPooler, ...(!behindPooler && { settings: timeouts }) },
    { ...OPTIONS, max, ...(behindPooler && BEHIND_POOLER) },
  );
  const sql = wrapDriver(client);
  return { sql, orm: drizzle(sql, { schema }), close: () => sql.end({ timeout: 5 }) };
}

/**
 * Runs `work` in a transaction that is rolled back in any case. Transactions that `work` opens become savepoints.
 *
 * @throws what `work` throws; the driver's error when no transaction can be opened.
 */
export async function withRollback<T>(db: Database, work: (tx: Database) => Promise<T>): Promise<T> {
  const rollback = new Error("rolled back on purpose");
  let result: { value: T } | undefined;
  try {
    await db.sql.begin(async (tx) => {
      // Drizzle reads a client's options, and opens transactions with `begin`.
      const begin = (run: (savepoint: postgres.TransactionSql) => unknown) => tx.savepoint(run);
      const sql = Object.assign(tx, { options: db.sql.options, begin }) as unknown as Database["sql"];
      result = { value: await work({ sql, orm: drizzle(sql, { schema }), close: async () => {} }) };
      throw rollback;
    });
  } catch (error) {
    if (error !== rollback) throw error;
  }
  return (result as { value: T }).value;
}

/**
 * Whether a statement that failed with this error was certainly rolled back: true when the server refused it. After a lost
 * connection, or a warning that its commit is not replicated, it may have been committed.
 */
export const isRolledBack = (error: unknown): boolean =>
  error instanceof postgres.PostgresError && error.severity === "ERROR";

/** Codes of PostgreSQL by which it gives up waiting: lock_not_available, query_canceled, deadlock_detected. */
const GAVE_UP = ["55P03", "57014", "40P01"];

/** Whether a statement was certainly rolled back because it waited for too long. Repeated, it may succeed. */
export const gaveUpWaiting = (error: unknown): boolean =>
  isRolledBack(error) && GAVE_UP.includes((error as postgres.PostgresError).code);
