import * as schema from "@ttl-secrets/drizzle/schema";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { wrapDriver } from "./driver.ts";

/** The database, twice over one pool: `orm` for everyday queries, `sql` for the hand-written hot ones. */
export type Database = ReturnType<typeof connect>;

/** A transaction of `Database.orm`, or the pool itself: what a store's queries run on. */
export type Queryable = Database["orm"] | Parameters<Parameters<Database["orm"]["transaction"]>[0]>[0];

/** How every connection of ours is made. */
const OPTIONS = {
  connect_timeout: 10,
  // Seconds until a lost connection is made anew. The driver's own waits grow to 20 s, in which requests hang.
  backoff: () => 0.1 + Math.random() * 0.2,
  // Array types, which nothing here uses: asking for them costs a query per connection, whose failure nobody catches.
  fetch_types: false,
  // Notices are PostgreSQL's remarks to a person at a prompt; the driver would print them to stdout.
  onnotice: () => {},
};

/**
 * A connection of its own for `LISTEN`. It must lead to the PostgreSQL server itself: behind a pooler that hands out
 * connections per transaction, nothing is ever heard.
 */
export function connectToListen(url: string): postgres.Sql {
  return postgres(url, { ...OPTIONS, max: 1, connection: { application_name: "ttl-secrets live" } });
}

/** What a session of ours is limited to, in ms. A pooler has to set this itself, on the connections it makes. */
export const TIMEOUTS = {
  // Far above what any statement of ours takes; whoever hangs longer holds up everybody behind it.
  statement_timeout: 15_000,
  lock_timeout: 5_000,
  // Shorter than the wait for a lock: a process that was stopped half-way through a transaction loses it before
  // those who wait for what it holds, such as the end of their vault's audit chain, give up.
  idle_in_transaction_session_timeout: 4_000,
};

/**
 * One statement at a time per connection. The driver asks what a statement's parameters are, without an end that a pooler
 * could wait for; sent while the one before is under way, PgBouncer hands the connection on to somebody else in between,
 * and the answer never comes.
 */
const BEHIND_POOLER = { prepare: false, max_pipeline: 0 };

/**
 * Opens a pool of `max` connections to `url`. Connects on first use; `close` waits 5 s for running queries.
 *
 * @param behindPooler whether `url` leads to a pooler that hands out connections per transaction. It refuses settings
 *   made on connecting, and the next statement may run on a connection that has not prepared it, or on another one.
 */
export function connect(url: string, max = 10, { behindPooler = false } = {}) {
  const client = postgres(url, {
    ...OPTIONS,
    max,
    ...(behindPooler && BEHIND_POOLER),
    connection: { application_name: "ttl-secrets", ...(behindPooler ? {} : TIMEOUTS) },
  });
  const sql = wrapDriver(client);
  return { sql, orm: drizzle(sql, { schema }), close: () => sql.end({ timeout: 5 }) };
}

/**
 * Whether a statement that failed with this error has left nothing behind, for certain. So it is where the server itself
 * refused it; after a lost connection, or a warning that its commit is not replicated, it may have been committed.
 */
export const isRolledBack = (error: unknown): boolean =>
  error instanceof postgres.PostgresError && error.severity === "ERROR";
