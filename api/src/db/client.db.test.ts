import { expect, it } from "vitest";
import { useDatabase } from "../../test/database.ts";
import { connect, type Database } from "./client.ts";

const db = useDatabase();

it("a lost connection fails its queries, and the pool continues with new connections", async () => {
  // Covers the driver patch (drizzle/patches): a write after the socket had closed ended the process, and left-over
  // bytes made later queries wait for ever.
  const pool = connect(db.current.url, 4);
  for (let round = 0; round < 25; round++) {
    const queries = Array.from({ length: 8 }, (_, i) => pool.sql`SELECT ${"x".repeat(i * 400)}::text AS x`);
    const outcomes = Promise.allSettled(queries);
    await db.current.sql`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`;
    await outcomes;
  }
  const answers = await Promise.all(Array.from({ length: 4 }, () => answerOf(pool)));
  expect(answers).toEqual([1, 1, 1, 1]);
  await pool.close();
}, 30_000);

it("when the database refuses connections, the query after a lost one fails instead of waiting", async () => {
  // Covers the driver patch too: the lost query counted as active on the next connection and received its error, so
  // the next query waited until the database was back.
  const pool = connect(db.current.url, 1);
  const address = new URL(db.current.url);
  const name = address.pathname.slice(1);
  address.pathname = "/postgres";
  const elsewhere = connect(address.href, 1);
  await pool.sql`SELECT 1`;
  const lost = pool.sql`SELECT pg_sleep(60)`.catch((error: Error) => error);
  await elsewhere.sql.unsafe(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`);
  try {
    await expect
      .poll(
        () => elsewhere.sql`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name} AND query LIKE '%pg_sleep(60)%'`,
      )
      .toHaveLength(1);
    expect(await lost).toBeInstanceOf(Error);
    await expect(pool.sql`SELECT 1`).rejects.toMatchObject({ code: "55000" });
  } finally {
    await elsewhere.sql.unsafe(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`);
  }
  expect(await answerOf(pool)).toBe(1);
  await Promise.all([pool.close(), elsewhere.close()]);
}, 30_000);

it("a session limits statements, locks and idle transactions", async () => {
  const settings = await db.current.sql`
    SELECT name, setting FROM pg_settings
    WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') ORDER BY name`;
  expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
    idle_in_transaction_session_timeout: "4000",
    lock_timeout: "5000",
    statement_timeout: "15000",
  });
});

/** Retries until no connection that is being terminated is left in the pool. */
async function answerOf(pool: Database): Promise<number> {
  for (let tries = 0; tries < 20; tries++) {
    const [row] = await pool.sql<{ one: number }[]>`SELECT 1 AS one`.catch(() => []);
    if (row) return row.one;
  }
  throw new Error("the pool is dead");
}
