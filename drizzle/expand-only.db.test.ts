/**
 * Migrations only add. During a rolling upgrade the previous release runs on the same database, and operators can go back
 * to it. So everything that the previous release names must stay and keep its meaning, and its rows must stay valid. These
 * tests compare the database's catalog before and after each migration.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createDatabase } from "../api/test/database.ts";
import { contentsOf } from "../api/test/database-contents.ts";

vi.setConfig({ testTimeout: 60_000 });

/**
 * Changes that look as if they could break the previous release, and why they don't. Before you add a line, think of a
 * replica that does not know the migration.
 */
const REVIEWED: readonly { migration: string; change: RegExp; why: string }[] = [
  {
    migration: "0001_audit_append_only",
    change: /^trigger audit_events_(append_only|no_truncate) is new/,
    why: "No release changes or removes audit events.",
  },
  {
    migration: "0003_live_changes",
    change: /^trigger (ttl_secrets_stamp_change|\w+_notify_\w+) is new/,
    why: "They set a new column and send notifications; they refuse nothing.",
  },
  {
    migration: "0005_audit_chain",
    change: /^(column audit_events\.(seq|hash)|index audit_events_chain|trigger audit_events_chain) is new/,
    why: "The trigger fills both columns for every INSERT; the positions it assigns are unique.",
  },
  {
    migration: "0005_audit_chain",
    change: /^function refuse_audit_change has changed/,
    why: "It refuses the same changes and now names the table in its error.",
  },
  {
    migration: "0006_disabled_accounts",
    change: /^trigger sessions_refuse_disabled is new/,
    why: "It refuses sessions of disabled accounts, which only this release creates: they can't sign in at the previous one either.",
  },
  {
    migration: "0009_retention",
    change: /^function refuse_audit_change has changed/,
    why: "It allows this release to remove old events, and refuses the rest as before.",
  },
  {
    migration: "0014_audit_details",
    change: /^constraint audit_events_action has changed/,
    why: "It accepts one action more. The previous release shows any action by its name.",
  },
  {
    migration: "0014_audit_details",
    change: /^function audit_event_hash has changed/,
    why: "Events without details, which are all that the previous release writes, have the same hash.",
  },
  {
    migration: "0015_audit_endings",
    change: /^constraint audit_events_action has changed/,
    why: "It is validated, which changes no rule.",
  },
];

/** The object that a line of the catalog describes, and its table, if it has one. */
function subjectOf(line: string): { name: string; table: string | undefined } {
  const [, column] = /^(column (\w+)\.\w+):/.exec(line) ?? [];
  if (column) return { name: column, table: /(\w+)\./.exec(column)?.[1] };
  const [, constraint, of] = /^constraint (\S+) on (\w+):/.exec(line) ?? [];
  if (constraint) return { name: `constraint ${constraint}`, table: of };
  const [, kind, object] = /^(index|trigger) CREATE .*?(?:INDEX|TRIGGER) (\w+) /.exec(line) ?? [];
  if (kind) return { name: `${kind} ${object}`, table: / ON public\.(\w+) /.exec(line)?.[1] };
  const [, called] = /^function CREATE OR REPLACE FUNCTION public\.(\w+)/.exec(line) ?? [];
  if (called) return { name: `function ${called}`, table: undefined };
  throw new Error(`unknown kind of catalog line: ${line}`);
}

/** Whether a new object of this kind constrains rows written by a release that does not know it. */
const isDemanding = (line: string) =>
  /^(constraint|trigger|index CREATE UNIQUE) /.test(line) || /^column .* not null default none$/.test(line);

/** Changes of a migration that could break a release that does not know it. */
function changes(before: readonly string[], after: readonly string[]): string[] {
  const lines = new Map(after.map((line) => [subjectOf(line).name, line]));
  const names = new Set(before.map((line) => subjectOf(line).name));
  const tables = new Set(before.map((line) => subjectOf(line).table));
  const old = before.flatMap((line) => {
    const { name } = subjectOf(line);
    const now = lines.get(name);
    if (now === undefined) return [`${name} is gone`];
    return now === line ? [] : [`${name} has changed`];
  });
  const added = after.filter((line) => {
    const { name, table } = subjectOf(line);
    return !names.has(name) && table !== undefined && tables.has(table) && isDemanding(line);
  });
  return [...old, ...added.map((line) => `${subjectOf(line).name} is new, on an existing table`)];
}

let sql: postgres.Sql;

const read = (path: string) =>
  readFile(fileURLToPath(new URL(`./migrations/${path}`, import.meta.url)), "utf8");

/**
 * Applies a migration as a start of the server does.
 *
 * @returns the existing tables that it locked against writes, or even reads, until its end.
 */
async function apply(tag: string): Promise<string[]> {
  const statements = (await read(`${tag}.sql`)).split("--> statement-breakpoint");
  return await sql.begin(async (tx) => {
    const tables = await tx<{ oid: number }[]>`
      SELECT oid::int FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`;
    for (const statement of statements) await tx.unsafe(statement);
    const locked = await tx<{ name: string }[]>`
      SELECT DISTINCT relation::regclass::text AS name FROM pg_locks
      WHERE pid = pg_backend_pid() AND relation::int = ANY(${tables.map(({ oid }) => oid)})
        AND mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock') ORDER BY name`;
    return locked.map(({ name }) => name);
  });
}

/** The first migration that the previous release lacks, see `e2e/system/upgrade`. Older ones never run while it serves. */
const FIRST_UNKNOWN_TO_PREVIOUS = "0008_list_orders";

/** The changes that this statement would make; it is rolled back. */
async function changesBy(statement: string): Promise<string[]> {
  const before = await contentsOf(sql);
  await sql.unsafe("BEGIN");
  try {
    await sql.unsafe(statement);
    return changes(before, await contentsOf(sql));
  } finally {
    await sql.unsafe("ROLLBACK");
  }
}

/** Every migration in order, with its changes and locks. */
const applied: { tag: string; changes: string[]; locked: string[] }[] = [];
let remove: () => Promise<void>;

beforeAll(async () => {
  const database = await createDatabase("template1");
  remove = database.remove;
  sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const { entries } = JSON.parse(await read("meta/_journal.json")) as { entries: { tag: string }[] };
  let before: string[] = [];
  for (const { tag } of entries) {
    const locked = await apply(tag);
    const after = await contentsOf(sql);
    applied.push({ tag, changes: changes(before, after), locked });
    before = after;
  }
});

afterAll(async () => {
  await sql?.end();
  await remove?.();
});

test("no migration removes or constrains what the previous release uses, unless it was reviewed", () => {
  const unreviewed: string[] = [];
  const used = new Set<(typeof REVIEWED)[number]>();
  for (const { tag, changes } of applied) {
    for (const change of changes) {
      const review = REVIEWED.find((each) => each.migration === tag && each.change.test(change));
      if (review) used.add(review);
      else unreviewed.push(`${tag}: ${change}`);
    }
  }
  expect(unreviewed).toEqual([]);
  expect(REVIEWED.filter((review) => !used.has(review))).toEqual([]);
});

// A migration that holds one table's lock and waits for a second can deadlock with an attempt that locks them in the
// other order. PostgreSQL then aborts one of the two, which may be the attempt.
test("each migration locks at most one existing table", () => {
  const unknown = applied.filter(({ tag }) => tag >= FIRST_UNKNOWN_TO_PREVIOUS);
  expect(unknown.filter(({ locked }) => locked.length > 1)).toEqual([]);
  expect(unknown.some(({ locked }) => locked.length === 1)).toBe(true);
});

test.each([
  ["a column that is dropped", "ALTER TABLE projects DROP COLUMN name", "column projects.name is gone"],
  [
    "a column under another name",
    "ALTER TABLE projects RENAME name TO title",
    "column projects.name is gone",
  ],
  [
    "a column of another type",
    "ALTER TABLE projects ALTER name TYPE varchar(100)",
    "column projects.name has changed",
  ],
  [
    "a default that is dropped",
    "ALTER TABLE projects ALTER created_at DROP DEFAULT",
    "column projects.created_at has changed",
  ],
  [
    "a column that must be filled",
    "ALTER TABLE members ADD note text NOT NULL",
    "column members.note is new",
  ],
  [
    "a stricter rule",
    "ALTER TABLE projects ADD CHECK (name <> 'x')",
    "constraint projects_name_check is new",
  ],
  ["a new uniqueness", "CREATE UNIQUE INDEX one_name ON projects (name)", "index one_name is new"],
  ["an index that ON CONFLICT may name", "DROP INDEX api_keys_name", "index api_keys_name is gone"],
  ["a table that is dropped", "DROP TABLE rate_limits", "column rate_limits.key is gone"],
])("the check finds %s", async (_what, statement, change) => {
  expect((await changesBy(statement)).some((each) => each.startsWith(change))).toBe(true);
});

test.each([
  ["a table", "CREATE TABLE notes (id uuid PRIMARY KEY, text text NOT NULL UNIQUE)"],
  [
    "a nullable column, or one with a default",
    "ALTER TABLE members ADD note text, ADD since timestamptz NOT NULL DEFAULT now()",
  ],
  ["an index", "CREATE INDEX by_name ON projects (name)"],
  ["a function", "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'"],
])("the check accepts the addition of %s", async (_what, statement) => {
  expect(await changesBy(statement)).toEqual([]);
});
