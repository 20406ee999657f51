import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import postgres from "postgres";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createDatabase } from "../api/test/database.ts";
import { contentsOf } from "../api/test/database-contents.ts";
import type {} from "../api/test/global-setup.ts";
import { isMigrated, migrate, UnsupportedServerError } from "./migrate.ts";

const here = fileURLToPath(new URL(".", import.meta.url));

// These tests create databases and start drizzle-kit, which takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

/** Cleanups, run after each test in reverse order. */
const undo: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** An empty database, and a connection to it. */
async function emptyDatabase() {
  const { url, remove } = await createDatabase("template1");
  const sql = postgres(url, { max: 2, onnotice: () => {} });
  undo.push(remove, () => sql.end());
  return { url, sql };
}

const migrationsDone = (sql: postgres.Sql) =>
  sql`SELECT id, hash, created_at FROM drizzle.__drizzle_migrations ORDER BY id`;

describe("migrating", () => {
  test("an empty database replays every migration, in the order of the journal", async () => {
    const { url, sql } = await emptyDatabase();
    await migrate(url);
    const journal = JSON.parse(await readFile(join(here, "migrations/meta/_journal.json"), "utf8"));
    const done = await migrationsDone(sql);
    expect(done.map((row) => Number(row.created_at))).toEqual(
      journal.entries.map((entry: { when: number }) => entry.when),
    );
    const tables = await sql`SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`;
    expect(tables.map((row) => row.tablename)).toEqual([
      "api_keys",
      "audit_chain_starts",
      "audit_chains",
      "audit_events",
      "auth_rate_limits",
      "create_attempts",
      "credentials",
      "database_watch",
      "members",
      "projects",
      "rate_limits",
      "server_keys",
      "sessions",
      "ttl_secret_payloads",
      "ttl_secrets",
      "users",
      "vaults",
      "verifications",
    ]);
  });

  test("a second time changes nothing and loses nothing", async () => {
    const { url, sql } = await emptyDatabase();
    await migrate(url);
    await sql`INSERT INTO vaults (id, name) VALUES ('vault_0123456789abcdef', 'kept')`;
    const before = [await contentsOf(sql), [...(await migrationsDone(sql))]];
    await migrate(url);
    expect([await contentsOf(sql), [...(await migrationsDone(sql))]]).toEqual(before);
    expect(await sql`SELECT name FROM vaults`).toMatchObject([{ name: "kept" }]);
  });

  test("by four replicas at once succeeds for all of them and is done once", async () => {
    const { url, sql } = await emptyDatabase();
    await Promise.all(Array.from({ length: 4 }, () => migrate(url)));
    const files = (await readdir(join(here, "migrations"))).filter((name) => name.endsWith(".sql"));
    expect(await migrationsDone(sql)).toHaveLength(files.length);
  });

  test("leaves no connection and no lock behind", async () => {
    const { url, sql } = await emptyDatabase();
    await migrate(url);
    await vi.waitFor(async () => {
      const [row] = await sql`
        SELECT count(*)::int AS others FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`;
      expect(row?.others).toBe(0);
    });
    const locks = await sql`
      SELECT 1 FROM pg_locks WHERE locktype = 'advisory'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    expect(locks).toHaveLength(0);
  });

  test("a database that can't be reached fails with the driver's error", async () => {
    const { url, remove } = await createDatabase("template1");
    await remove();
    await expect(migrate(url)).rejects.toMatchObject({ code: "3D000" });
  });
});

test("a read-only database fails with the error that the start explains", async () => {
  const { url, sql } = await emptyDatabase();
  await sql.unsafe(
    `ALTER DATABASE "${new URL(url).pathname.slice(1)}" SET default_transaction_read_only = on`,
  );
  await expect(migrate(url)).rejects.toMatchObject({ code: "25006" });
});

test("a database without the schema public is refused with the statement that makes it", async () => {
  const { url, sql } = await emptyDatabase();
  await sql`DROP SCHEMA public`;
  await expect(migrate(url)).rejects.toThrow(
    /can't use the schema public.* CREATE SCHEMA IF NOT EXISTS public/,
  );
});

test("the tables are in the schema public, whatever search_path the database has", async () => {
  const { url, sql } = await emptyDatabase();
  await sql`CREATE SCHEMA app`;
  await sql.unsafe(`ALTER DATABASE "${new URL(url).pathname.slice(1)}" SET search_path = app`);
  await migrate(url);
  const rows = await sql`SELECT schemaname FROM pg_tables WHERE tablename = 'ttl_secrets'`;
  expect(rows).toMatchObject([{ schemaname: "public" }]);
});

// In SQL_ASCII, char_length counts bytes: it would refuse a name of 51 emoji as longer than 200 characters.
test("a database that is not in UTF-8 is refused before anything is changed", async () => {
  const { url, sql } = await emptyDatabase();
  const name = `ttl_test_${randomUUID().replaceAll("-", "")}`;
  await sql`CREATE DATABASE ${sql(name)} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'`;
  undo.push(() => sql`DROP DATABASE ${sql(name)} WITH (FORCE)`);
  const inAscii = new URL(url);
  inAscii.pathname = `/${name}`;
  await expect(migrate(inAscii.href)).rejects.toBeInstanceOf(UnsupportedServerError);
});

describe("a database is migrated", () => {
  test("not before the first migration", async () => {
    const { sql } = await emptyDatabase();
    expect(await isMigrated(sql)).toBe(false);
  });

  test("not while the newest migration is missing", async () => {
    const { url, sql } = await emptyDatabase();
    await migrate(url);
    await sql`DELETE FROM drizzle.__drizzle_migrations WHERE id = (SELECT max(id) FROM drizzle.__drizzle_migrations)`;
    expect(await isMigrated(sql)).toBe(false);
    await sql`DELETE FROM drizzle.__drizzle_migrations`;
    expect(await isMigrated(sql)).toBe(false);
  });

  test("after all of them", async () => {
    const { url, sql } = await emptyDatabase();
    await migrate(url);
    expect(await isMigrated(sql)).toBe(true);
  });

  test("also when a newer replica has applied more", async () => {
    const { url, sql } = await emptyDatabase();
    await migrate(url);
    await sql`
      INSERT INTO drizzle.__drizzle_migrations (hash, created_at)
      SELECT 'of a newer release', max(created_at) + 1 FROM drizzle.__drizzle_migrations`;
    expect(await isMigrated(sql)).toBe(true);
    await migrate(url);
    expect(await isMigrated(sql)).toBe(true);
  });
});

describe("the oldest supported server, PostgreSQL 14,", () => {
  /** Runs `migrate` against a fake server of this version; returns the statements sent before the migrations. */
  async function migrateOn(version: number) {
    const statements: string[] = [];
    const end = vi.fn(async () => {});
    const fake = Object.assign(
      async (strings: TemplateStringsArray) => {
        const statement = strings.join("?").trim();
        statements.push(statement);
        if (/server_version_num/.test(statement)) return [{ version, encoding: "UTF8", durability: "on" }];
        throw new Error("past the check");
      },
      { end },
    );
    vi.resetModules();
    vi.doMock("postgres", () => ({ default: () => fake }));
    undo.push(async () => {
      vi.doUnmock("postgres");
      vi.resetModules();
    });
    const mocked = await import("./migrate.ts");
    const error: unknown = await mocked.migrate("postgres://unused").catch((reason: unknown) => reason);
    return { error, statements, end, refused: error instanceof mocked.UnsupportedServerError };
  }

  test.each([90_624, 130_022, 139_999])(
    "older is refused before anything is changed: %i",
    async (version) => {
      const { error, statements, end, refused } = await migrateOn(version);
      expect(refused).toBe(true);
      expect(String(error)).toContain("PostgreSQL 14 or newer is needed");
      expect(statements).toHaveLength(1);
      expect(end).toHaveBeenCalled();
    },
  );

  test.each([140_000, 150_016, 180_004])("or newer is accepted: %i", async (version) => {
    const { error, statements, refused } = await migrateOn(version);
    expect(refused).toBe(false);
    expect(String(error)).toContain("past the check");
    expect(statements.at(-1)).toMatch(/pg_advisory_lock/);
  });

  test("is no newer than the one that these tests run on", async () => {
    const { url } = await emptyDatabase();
    await expect(migrate(url)).resolves.toBeUndefined();
    expect(new UnsupportedServerError("x")).toBeInstanceOf(Error);
  });
});

describe("the committed migrations", () => {
  const kit = (...args: string[]) =>
    promisify(execFile)(
      process.execPath,
      [
        join(here, "node_modules/drizzle-kit/bin.cjs"),
        ...args,
        "--dialect",
        "postgresql",
        "--schema",
        "./schema.ts",
      ],
      { cwd: here },
    );

  test("are complete: drizzle-kit generates no other from schema.ts", async () => {
    const copy = await mkdtemp(join(tmpdir(), "ttl-secrets-drift-"));
    undo.push(() => rm(copy, { recursive: true, force: true }));
    await cp(join(here, "migrations"), copy, { recursive: true });
    const before = (await readdir(copy, { recursive: true })).sort();
    await kit("generate", "--out", relative(here, copy));
    expect((await readdir(copy, { recursive: true })).sort()).toEqual(before);
  });

  test("replayed, give the schema of schema.ts, plus only functions and triggers", async () => {
    const [replayed, direct] = [await emptyDatabase(), await emptyDatabase()];
    await migrate(replayed.url);
    const { stdout } = await kit("export");
    // A column's default calls this function, so it must exist first.
    const [lineage] =
      await replayed.sql`SELECT pg_get_functiondef('database_lineage'::regproc) AS definition`;
    await direct.sql.unsafe(lineage?.definition);
    await direct.sql.unsafe(stdout);
    const [fromMigrations, fromSchema] = [await contentsOf(replayed.sql), await contentsOf(direct.sql)];
    expect(fromSchema.filter((line) => !fromMigrations.includes(line))).toEqual([]);
    const extra = fromMigrations.filter((line) => !fromSchema.includes(line));
    expect(extra.map((line) => line.split(/[\s(]/, 5).slice(0, 4).join(" "))).toEqual([
      ...Array(12).fill("function CREATE OR REPLACE"),
      "trigger CREATE TRIGGER api_keys_notify_changed",
      "trigger CREATE TRIGGER api_keys_notify_deleted",
      "trigger CREATE TRIGGER audit_chain_starts_checked",
      "trigger CREATE TRIGGER audit_chain_starts_kept",
      "trigger CREATE TRIGGER audit_chain_starts_no_truncate",
      "trigger CREATE TRIGGER audit_chains_kept",
      "trigger CREATE TRIGGER audit_chains_no_truncate",
      "trigger CREATE TRIGGER audit_events_append_only",
      "trigger CREATE TRIGGER audit_events_chain",
      "trigger CREATE TRIGGER audit_events_no_truncate",
      "trigger CREATE TRIGGER members_notify_changed",
      "trigger CREATE TRIGGER members_notify_deleted",
      "trigger CREATE TRIGGER projects_notify_deleted",
      "trigger CREATE TRIGGER sessions_notify_deleted",
      "trigger CREATE TRIGGER sessions_notify_shortened",
      "trigger CREATE TRIGGER sessions_refuse_disabled",
      "trigger CREATE TRIGGER ttl_secrets_notify_changed",
      "trigger CREATE TRIGGER ttl_secrets_notify_created",
      "trigger CREATE TRIGGER ttl_secrets_stamp_change",
    ]);
  });

  test("have one SQL file and one snapshot for each entry of the journal", async () => {
    const journal = JSON.parse(await readFile(join(here, "migrations/meta/_journal.json"), "utf8"));
    const tags: string[] = journal.entries.map(({ tag }: { tag: string }) => tag);
    const sqlFiles = (await readdir(join(here, "migrations"))).filter((name) => name.endsWith(".sql"));
    expect(sqlFiles.sort()).toEqual(tags.map((tag) => `${tag}.sql`));
    const snapshots = (await readdir(join(here, "migrations/meta"))).filter((name) => /snapshot/.test(name));
    expect(snapshots.sort()).toEqual(tags.map((tag) => `${tag.slice(0, 4)}_snapshot.json`));
    const times: number[] = journal.entries.map(({ when }: { when: number }) => when);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});
