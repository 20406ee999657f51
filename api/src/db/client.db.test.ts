import { createConnection, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import postgres from "postgres";
import { expect, inject, it, onTestFinished } from "vitest";
import { createDatabase, useDatabase } from "../../test/database.ts";
import { connect, connectToListen, type Database } from "./client.ts";

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

it("a query in a transaction whose connection was lost fails, and the pool continues", async () => {
  // Covers the driver patch: the write to the closed socket ended the process.
  const pool = connect(db.current.url, 1);
  const transaction = pool.sql.begin(async (tx) => {
    await tx`SELECT pg_terminate_backend(pg_backend_pid())`.catch(() => {});
    await setTimeout(50);
    await tx`SELECT 1`;
  });
  await expect(transaction).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
  expect(await answerOf(pool)).toBe(1);
  await pool.close();
});

it("a statement that was not sent before its connection was lost does not block the next connection", async () => {
  // Covers the driver patch: its bytes stayed in front of the next start-up message, and neither was ever sent.
  const sockets: Socket[] = [];
  const { hostname, port } = new URL(db.current.url);
  const socket = () => sockets[sockets.push(createConnection(Number(port), hostname)) - 1];
  const options = { max: 1, fetch_types: false, backoff: () => 0.01, connect_timeout: 2, socket };
  const sql = postgres(db.current.url, options);
  await sql`SELECT 1`;
  const lost = sql`SELECT 2`.catch((error: Error) => error);
  // Now the driver has queued the statement; it sends it in the next turn of the event loop.
  await Promise.resolve();
  sockets[0]?.destroy().emit("close", false);
  expect(await lost).toMatchObject({ code: "CONNECTION_CLOSED" });
  expect([...(await sql`SELECT 3 AS n`)]).toEqual([{ n: 3 }]);
  await sql.end();
});

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

// Covers the driver patch too: the rows of the failed statement stayed as empty items before those of the next result, so
// a claim's first row would be missing and its secret destroyed.
it.each([
  ["an error", "SELECT 6 / (3 - n) FROM generate_series(1, 5) n", { code: "22012" }],
  [
    "a lost connection",
    `SELECT repeat('x', 9000), CASE n WHEN 20 THEN pg_terminate_backend(pg_backend_pid()) END
     FROM generate_series(1, 21) n`,
    {},
  ],
])("after a result cut off by %s, the next one has only its own rows", async (_what, statement, error) => {
  const pool = connect(db.current.url, 1);
  await expect(pool.sql.unsafe(statement)).rejects.toMatchObject(error);
  expect([...(await pool.sql`SELECT 1 AS one`)]).toEqual([{ one: 1 }]);
  await pool.close();
});

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

it("a database's own settings reach no connection of ours", async () => {
  const { url, remove } = await createDatabase(inject("templateName"));
  const theirs = {
    DateStyle: "German",
    IntervalStyle: "iso_8601",
    TimeZone: "Pacific/Apia",
    bytea_output: "escape",
    client_encoding: "LATIN1",
    default_transaction_isolation: "serializable",
    extra_float_digits: "-10",
    idle_in_transaction_session_timeout: "1",
    lock_timeout: "1",
    row_security: "on",
    search_path: "pg_catalog",
    standard_conforming_strings: "off",
    statement_timeout: "1",
    synchronous_commit: "off",
  };
  const admin = postgres(url, { max: 1 });
  const name = new URL(url).pathname.slice(1);
  for (const [setting, value] of Object.entries(theirs)) {
    await admin.unsafe(`ALTER DATABASE "${name}" SET ${setting} = '${value}'`);
  }
  await admin.end();
  const options = "-c DateStyle=German -c bytea_output=escape -c geqo=off";
  const [pool, pooled, live] = [
    connect(`${url}?options=${encodeURIComponent(options)}`, 1),
    connect(url, 1, { behindPooler: true }),
    connectToListen(url),
  ];
  onTestFinished(async () => {
    await Promise.all([pool.close(), pooled.close(), live.end()]);
    await remove();
  });
  const names = Object.keys(theirs);
  const settingsOf = async (sql: postgres.ISql) => {
    const rows = await Promise.all(
      names.map((setting) => sql<[{ value: string }]>`SELECT current_setting(${setting}) AS value`),
    );
    return Object.fromEntries(names.map((setting, i) => [setting, rows[i]?.[0].value]));
  };
  const tracked = {
    DateStyle: "ISO, MDY",
    TimeZone: "UTC",
    client_encoding: "UTF8",
    standard_conforming_strings: "on",
  };
  const ours = {
    ...tracked,
    IntervalStyle: "postgres",
    bytea_output: "hex",
    default_transaction_isolation: "read committed",
    extra_float_digits: "1",
    idle_in_transaction_session_timeout: "4s",
    lock_timeout: "5s",
    row_security: "off",
    search_path: "public",
    statement_timeout: "15s",
    synchronous_commit: "on",
  };
  expect(await settingsOf(pool.sql)).toEqual(ours);
  expect(await settingsOf(live)).toEqual(ours);
  // What is not ours stays as the URL says.
  expect(await pool.sql`SHOW geqo`).toMatchObject([{ geqo: "off" }]);
  // A pooler in transaction mode applies these for each client; the rest is checked at start.
  await pooled.sql`SET statement_timeout = 0`;
  expect(await settingsOf(pooled.sql)).toMatchObject(tracked);
});

it.each(["hex", "escape"])("bytes are read as they are stored under bytea_output = %s", async (output) => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  const rows = await db.current.sql.begin(async (tx) => {
    await tx`SELECT set_config('bytea_output', ${output}, true)`;
    return tx<{ bytes: Buffer }[]>`SELECT ${bytes}::bytea AS bytes`;
  });
  expect(rows[0]?.bytes).toEqual(bytes);
});

/** Retries until no connection that is being terminated is left in the pool. */
async function answerOf(pool: Database): Promise<number> {
  for (let tries = 0; tries < 20; tries++) {
    const [row] = await pool.sql<{ one: number }[]>`SELECT 1 AS one`.catch(() => []);
    if (row) return row.one;
  }
  throw new Error("the pool is dead");
}
