import { expect, it } from "vitest";
import { useDatabase } from "../../test/database.ts";
import { connect, type Database } from "./client.ts";

const db = useDatabase();

it("a lost connection fails the queries it carried, and the pool goes on with new ones", async () => {
  // Guards the patch of the driver (drizzle/patches): a write after the socket was gone ended the whole process, and
  // left-over bytes made later queries wait for ever.
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

it("a database that takes no connections fails the next query on a connection lost half-way through one", async () => {
  // Guards the patch too: the lost query passed for under way on the next connection, whose refusal was kept for it, so
  // that whoever asked next waited until the database was back.
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

it("a statement that hangs is given up, so that it holds up nobody else", async () => {
  const settings = await db.current.sql`
    SELECT name, setting FROM pg_settings
    WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') ORDER BY name`;
  expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
    idle_in_transaction_session_timeout: "4000",
    lock_timeout: "5000",
    statement_timeout: "15000",
  });
});

/** Asks until a connection that was being terminated is no longer what answers. */
async function answerOf(pool: Database): Promise<number> {
  for (let tries = 0; tries < 20; tries++) {
    const [row] = await pool.sql<{ one: number }[]>`SELECT 1 AS one`.catch(() => []);
    if (row) return row.one;
  }
  throw new Error("the pool is dead");
}
