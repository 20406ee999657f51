/**
 * Migrations only add: the release before runs beside this one while an upgrade goes from replica to replica, and can be
 * gone back to. So whatever it may name is still there and means the same, and nothing is asked of its rows that it
 * does not know of. Each migration is held to that by what the database's catalog has before and after it.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createDatabase } from "../api/test/database.ts";
import { contentsOf } from "../api/test/database-contents.ts";

vi.setConfig({ testTimeout: 60_000 });

/**
 * What looks as if it could be in the way of the release before, and why it is not. Whoever adds a line has thought of a
 * replica that knows nothing of the migration.
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
    why: "They set a column of their own and tell who listens; they refuse nothing.",
  },
  {
    migration: "0005_audit_chain",
    change: /^(column audit_events\.(seq|hash)|index audit_events_chain|trigger audit_events_chain) is new/,
    why: "The trigger fills both columns, whoever inserts; the places it hands out are unique.",
  },
  {
    migration: "0005_audit_chain",
    change: /^function refuse_audit_change is not what it was/,
    why: "It names the table in its error, and refuses what it refused.",
  },
  {
    migration: "0006_disabled_accounts",
    change: /^trigger sessions_refuse_disabled is new/,
    why: "It refuses sessions of disabled accounts, which only this release makes: their sign-in fails at the release before.",
  },
  {
    migration: "0009_retention",
    change: /^function refuse_audit_change is not what it was/,
    why: "It lets go of old events that this release removes, and refuses the rest as before.",
  },
];

/** What a line of the catalog is about, and the table it belongs to, if any. */
function subjectOf(line: string): { name: string; table: string | undefined } {
  const [, column] = /^(column (\w+)\.\w+):/.exec(line) ?? [];
  if (column) return { name: column, table: /(\w+)\./.exec(column)?.[1] };
  const [, constraint, of] = /^constraint (\S+) on (\w+):/.exec(line) ?? [];
  if (constraint) return { name: `constraint ${constraint}`, table: of };
  const [, kind, object] = /^(index|trigger) CREATE .*?(?:INDEX|TRIGGER) (\w+) /.exec(line) ?? [];
  if (kind) return { name: `${kind} ${object}`, table: / ON public\.(\w+) /.exec(line)?.[1] };
  const [, called] = /^function CREATE OR REPLACE FUNCTION public\.(\w+)/.exec(line) ?? [];
  if (called) return { name: `function ${called}`, table: undefined };
  throw new Error(`what is this? ${line}`);
}

/** Whether a new thing of this kind asks something of rows that know nothing of it. */
const isDemanding = (line: string) =>
  /^(constraint|trigger|index CREATE UNIQUE) /.test(line) || /^column .* not null default none$/.test(line);

/** What a migration changes that a release which knows nothing of it could stumble over. */
function changes(before: readonly string[], after: readonly string[]): string[] {
  const lines = new Map(after.map((line) => [subjectOf(line).name, line]));
  const names = new Set(before.map((line) => subjectOf(line).name));
  const tables = new Set(before.map((line) => subjectOf(line).table));
  const old = before.flatMap((line) => {
    const { name } = subjectOf(line);
    const now = lines.get(name);
    if (now === undefined) return [`${name} is gone`];
    return now === line ? [] : [`${name} is not what it was`];
  });
  const added = after.filter((line) => {
    const { name, table } = subjectOf(line);
    return !names.has(name) && table !== undefined && tables.has(table) && isDemanding(line);
  });
  return [...old, ...added.map((line) => `${subjectOf(line).name} is new, on a table that was there`)];
}

let sql: postgres.Sql;

const read = (path: string) =>
  readFile(fileURLToPath(new URL(`./migrations/${path}`, import.meta.url)), "utf8");

/**
 * Applies a migration as it is applied at a start.
 *
 * @returns the tables that were there before and that nobody could write to, or even read, until it was done.
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

/** The first migration that the release before does not have, see `e2e/upgrade`. The others are never run beside one. */
const FIRST_BESIDE_ANOTHER = "0008_list_orders";

/** What this statement would change; the database stays as it is. */
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

/** Every migration in its order: what was in it for a release that knows nothing of it. */
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

test("each migration leaves to the release before all that it works with, or was reviewed", () => {
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

// One that has locked a table and waits for a second stands in a circle with an attempt that has the second and waits for
// the first. PostgreSQL then ends one of the two, and it may be the attempt.
test("each migration locks one table that was there, at most", () => {
  const beside = applied.filter(({ tag }) => tag >= FIRST_BESIDE_ANOTHER);
  expect(beside.filter(({ locked }) => locked.length > 1)).toEqual([]);
  expect(beside.some(({ locked }) => locked.length === 1)).toBe(true);
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
    "column projects.name is not what it was",
  ],
  [
    "a default that is dropped",
    "ALTER TABLE projects ALTER created_at DROP DEFAULT",
    "column projects.created_at is not what it was",
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
])("finds %s", async (_what, statement, change) => {
  expect((await changesBy(statement)).some((each) => each.startsWith(change))).toBe(true);
});

test.each([
  ["a table", "CREATE TABLE notes (id uuid PRIMARY KEY, text text NOT NULL UNIQUE)"],
  [
    "a column that may be empty, or fills itself",
    "ALTER TABLE members ADD note text, ADD since timestamptz NOT NULL DEFAULT now()",
  ],
  ["an index", "CREATE INDEX by_name ON projects (name)"],
  ["a function", "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'"],
])("lets pass %s that is added", async (_what, statement) => {
  expect(await changesBy(statement)).toEqual([]);
});
