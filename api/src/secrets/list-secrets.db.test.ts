import * as schema from "@ttl-secrets/drizzle/schema";
import { drizzle } from "drizzle-orm/postgres-js";
import { describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { createProject, createSecret, createSender, graphql, reveal } from "../../test/factories.ts";
import type { Database } from "../db/client.ts";
import type { TtlSecret } from "./secret.ts";
import { findSecrets, listSecrets, MOST_LOOKED_AT } from "./secret-list-store.ts";
import { encodeOrderCursor, orderCursorDecoder, type SecretOrder } from "./secret-order.ts";

const db = useDatabase();

const PAGE = `query ($projectId: ID!, $first: Int, $after: String) {
  ttlSecrets(projectId: $projectId, first: $first, after: $after) {
    nodes { id name } edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

/** Query with a filter and a sort order. */
const FIND = `query ($projectId: ID!, $first: Int, $after: String, $filter: TtlSecretFilter, $orderBy: TtlSecretOrder) {
  ttlSecrets(projectId: $projectId, first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    nodes { name status } edges { cursor } pageInfo { hasNextPage endCursor }
  }
}`;

interface Asked {
  projectId: string;
  first?: number;
  filter?: unknown;
  orderBy?: string;
}

/** Every page of a list, until there is no next one. */
async function allPages(app: TestApp, cookie: string, asked: Asked) {
  const pages: { name: string; status: string }[][] = [];
  let after: string | null = null;
  do {
    const { data } = await graphql(app, FIND, { ...asked, after }, { cookie });
    pages.push(data.ttlSecrets.nodes);
    const { hasNextPage, endCursor } = data.ttlSecrets.pageInfo;
    after = hasNextPage ? endCursor : null;
  } while (after !== null);
  return pages;
}

/** Stores ended secrets with these names, the first one the newest; they expire in the opposite order. */
async function store(projectId: string, names: string[], status = "viewed") {
  await db.current.sql`
    INSERT INTO ttl_secrets
      (id, project_id, name, status, destroyed_reason, created_at, expires_at, ended_at, created_by)
    SELECT gen_random_uuid(), ${projectId}, name, ${status}::text,
      CASE WHEN ${status} = 'destroyed' THEN 'wrong_passphrase' END, at, at + n * interval '2 min', at, 'x'
    FROM jsonb_array_elements_text(${JSON.stringify(names)}::text::jsonb) WITH ORDINALITY AS t(name, n),
      LATERAL (SELECT now() - interval '1 day' - n * interval '1 s' AS at) u`;
}

const namesOf = (pages: { name: string }[][]) => pages.flat().map(({ name }) => name);

describe("the list of TTL secrets", () => {
  it("pages through ten thousand, newest first, without gaps or repeats, even within one millisecond", async () => {
    const app = createTestApp(db.current);
    const { projectId, cookie } = await createSender(app);
    await db.current.sql`
      INSERT INTO ttl_secrets (id, project_id, name, status, created_at, expires_at, ended_at, created_by)
      SELECT gen_random_uuid(), ${projectId}, n::text, 'viewed', at, at + interval '5 min', at, 'x'
      FROM generate_series(1, 10000) n, LATERAL (SELECT now() - (n / 7) * interval '1 ms' AS at) t`;
    const seen: string[] = [];
    let after: string | null = null;
    for (;;) {
      const { data } = await graphql(app, PAGE, { projectId, first: 200, after }, { cookie });
      const { nodes, pageInfo } = data.ttlSecrets;
      expect(pageInfo.hasPreviousPage).toBe(after !== null);
      seen.push(...nodes.map((node: { name: string }) => node.name));
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    expect(new Set(seen).size).toBe(10_000);
    expect(seen).toHaveLength(10_000);
    const blocks = seen.map((name) => Math.floor(Number(name) / 7));
    expect(blocks).toEqual(blocks.toSorted((a, b) => a - b));
  });

  it.each([0, 201, -1])("refuses a page of %i", async (first) => {
    const app = createTestApp(db.current);
    const { projectId, cookie } = await createSender(app);
    const { errors } = await graphql(app, PAGE, { projectId, first }, { cookie });
    expect(errors?.[0]?.extensions).toEqual({ code: "BAD_USER_INPUT", field: "first" });
  });

  it("refuses a foreign cursor", async () => {
    const app = createTestApp(db.current);
    const { projectId, cookie } = await createSender(app);
    const { errors } = await graphql(app, PAGE, { projectId, after: "nonsense" }, { cookie });
    expect(errors?.[0]?.extensions).toEqual({ code: "BAD_USER_INPUT", field: "after" });
  });

  it("shows the project's secrets and no others, even of the same vault", async () => {
    const app = createTestApp(db.current);
    const [sender, stranger] = [await createSender(app), await createSender(app)];
    const second = { ...sender, projectId: await createProject(app, sender) };
    for (const [name, owner] of [
      ["mine", sender],
      ["second", second],
      ["theirs", stranger],
    ] as const) {
      await createSecret(app, owner, { name });
    }
    const { projectId, cookie } = sender;
    const { data } = await graphql(app, PAGE, { projectId }, { cookie });
    expect(data.ttlSecrets.nodes.map(({ name }: { name: string }) => name)).toEqual(["mine"]);
  });

  it("answers for another vault's project as for a missing one", async () => {
    const app = createTestApp(db.current);
    const [mine, theirs] = [await createSender(app), await createSender(app)];
    const foreign = await graphql(app, PAGE, { projectId: theirs.projectId }, { cookie: mine.cookie });
    expect(foreign.errors?.[0]?.extensions.code).toBe("NOT_FOUND");
    const unknown = { projectId: "00000000-0000-4000-8000-000000000000" };
    expect(await graphql(app, PAGE, unknown, { cookie: mine.cookie })).toEqual(foreign);
  });
});

describe("a filter by status", () => {
  it("uses the current status: overdue is expired, swept or not", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const { cookie, projectId } = sender;
    await createSecret(app, sender, { name: "waiting" });
    const overdue = await createSecret(app, sender, { name: "overdue" });
    const tried = await createSecret(app, sender, { name: "tried" });
    await reveal(app, { ...tried, passphrase: "wrong" });
    await db.current.sql`
      UPDATE ttl_secrets SET created_at = created_at - interval '1 hour', expires_at = expires_at - interval '1 hour'
      WHERE id = ${overdue.id}`;
    await store(projectId, ["swept"], "expired");
    const found = async (...statuses: string[]) =>
      namesOf(await allPages(app, cookie, { projectId, filter: { statuses } }));
    expect(await found("PENDING")).toEqual(["waiting"]);
    expect(await found("EXPIRED")).toEqual(["overdue", "swept"]);
    expect(await found("DESTROYED")).toEqual(["tried"]);
    expect(await found("VIEWED", "REVOKED")).toEqual([]);
    expect(await found("PENDING", "EXPIRED", "PENDING")).toEqual(["waiting", "overdue", "swept"]);
  });

  it("counts an attempt in progress as pending, as the list does, in every order", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const { cookie, projectId } = sender;
    const { id } = await createSecret(app, sender, { name: "under way" });
    await db.current.sql`
      UPDATE ttl_secrets SET status = 'destroyed', destroyed_reason = 'interrupted', ended_at = now(),
        attempted_from = '192.0.2.1', created_at = now() - interval '300 s', expires_at = now() WHERE id = ${id}`;
    for (const orderBy of ["NEWEST_FIRST", "NAME", "EXPIRES_FIRST", "EXPIRES_LAST"]) {
      const asked = { projectId, orderBy };
      expect(namesOf(await allPages(app, cookie, { ...asked, filter: { statuses: ["PENDING"] } }))).toEqual([
        "under way",
      ]);
      expect(await allPages(app, cookie, { ...asked, filter: { statuses: ["DESTROYED"] } })).toEqual([[]]);
    }
  });
});

describe("a search by name", () => {
  it.each([
    ["a part of it", "word", ["Password", "pass%word", "PASSWORD_ß"]],
    ["capitals or not", "PASS", ["Password", "pass%word", "PASSWORD_ß"]],
    ["other letters in capitals or not", "ÜBER", ["Über uns"]],
    ["% as a character", "%", ["pass%word"]],
    ["_ as a character", "D_", ["PASSWORD_ß"]],
    ["a backslash as a character", "\\", ["a\\b"]],
    ["quotes and SQL as text", "'; DROP TABLE", []],
    ["white space as it is", " ", ["Über uns"]],
  ])("finds %s", async (_what, nameContains, expected) => {
    const app = createTestApp(db.current);
    const { cookie, projectId } = await createSender(app);
    await store(projectId, ["Password", "pass%word", "PASSWORD_ß", "Über uns", "a\\b", "x"]);
    expect(namesOf(await allPages(app, cookie, { projectId, filter: { nameContains } }))).toEqual(expected);
  });

  it("examines a bounded number of secrets per page, and continues without gaps or repeats", async () => {
    const app = createTestApp(db.current);
    const { cookie, projectId } = await createSender(app);
    const every = 2_500;
    const names = Array.from({ length: 2 * MOST_LOOKED_AT + 5_000 }, (_, n) =>
      n % every === every - 1 ? `needle ${n}` : "hay",
    );
    // One bundle of names at a time: their times are seconds apart, so that the order is known.
    await db.current.sql`
      INSERT INTO ttl_secrets (id, project_id, name, status, created_at, expires_at, ended_at, created_by)
      SELECT gen_random_uuid(), ${projectId}, name, 'viewed', at, at + interval '5 min', at, 'x'
      FROM jsonb_array_elements_text(${JSON.stringify(names)}::text::jsonb) WITH ORDINALITY AS t(name, n),
        LATERAL (SELECT now() - n * interval '1 s' AS at) u`;
    const needles = names.filter((name) => name !== "hay");
    const rare = await allPages(app, cookie, { projectId, filter: { nameContains: "Needle" } });
    expect(namesOf(rare)).toEqual(needles);
    expect(rare.map((page) => page.length)).toEqual([4, 4, 2]);
    const small = await allPages(app, cookie, { projectId, first: 3, filter: { nameContains: "needle" } });
    expect(namesOf(small)).toEqual(needles);
    const none = await allPages(app, cookie, { projectId, filter: { nameContains: "nothing" } });
    expect(none).toEqual([[], [], []]);
    const pending = await allPages(app, cookie, { projectId, filter: { statuses: ["PENDING"] } });
    expect(pending.flat()).toEqual([]);
  });
});

describe("an order", () => {
  it.each([
    ["NEWEST_FIRST", ["beta", "Alpha", "alpha", "Gamma", "Ähre"]],
    ["EXPIRES_FIRST", ["beta", "Alpha", "alpha", "Gamma", "Ähre"]],
    ["EXPIRES_LAST", ["Ähre", "Gamma", "alpha", "Alpha", "beta"]],
  ])("%s is kept over all pages", async (orderBy, expected) => {
    const app = createTestApp(db.current);
    const { cookie, projectId } = await createSender(app);
    await store(projectId, ["beta", "Alpha", "alpha", "Gamma", "Ähre"]);
    for (const first of [1, 2, 200]) {
      expect(namesOf(await allPages(app, cookie, { projectId, orderBy, first }))).toEqual(expected);
    }
  });

  it("NAME goes from A to Z ignoring case, and by id for equal names", async () => {
    const app = createTestApp(db.current);
    const { cookie, projectId } = await createSender(app);
    await store(projectId, ["Gamma", "beta:1", "Ähre", "alpha", "Beta", ...Array<string>(25).fill("SAME")]);
    for (const first of [1, 7, 200]) {
      const names = namesOf(await allPages(app, cookie, { projectId, orderBy: "NAME", first }));
      expect(names).toEqual(["alpha", "Beta", "beta:1", "Gamma", ...Array<string>(25).fill("SAME"), "Ähre"]);
    }
  });

  it("and a filter work together, page by page", async () => {
    const app = createTestApp(db.current);
    const { cookie, projectId } = await createSender(app);
    await store(projectId, ["b", "xb", "a", "xa"]);
    await store(projectId, ["xc"], "destroyed");
    const filter = { nameContains: "X", statuses: ["VIEWED"] };
    for (const first of [1, 2]) {
      expect(namesOf(await allPages(app, cookie, { projectId, orderBy: "NAME", first, filter }))).toEqual([
        "xa",
        "xb",
      ]);
    }
  });

  it.each<[SecretOrder, string]>([
    ["newest_first", "Backward using ttl_secrets_page"],
    ["name", "using ttl_secrets_by_name"],
    ["expires_first", "using ttl_secrets_by_expiry"],
    ["expires_last", "Backward using ttl_secrets_by_expiry"],
  ])("%s is read from an index, with and without a filter, however many there are", async (order, scan) => {
    const { projectId } = await createSender(createTestApp(db.current));
    await db.current.sql`
      INSERT INTO ttl_secrets (id, project_id, name, status, created_at, expires_at, ended_at, created_by)
      SELECT gen_random_uuid(), ${projectId}, 'n' || n, 'viewed', now(), now() + interval '5 min', now(), 'x'
      FROM generate_series(1, 20000) n`;
    await db.current.sql`ANALYZE ttl_secrets`;
    const statements: { query: string; params: unknown[] }[] = [];
    const logQuery = (query: string, params: unknown[]) => void statements.push({ query, params });
    const orm: Database["orm"] = drizzle(db.current.sql, { schema, logger: { logQuery } });
    const [last] = await listSecrets(orm, { projectId, order, page: { first: 1, after: undefined } });
    const after = orderCursorDecoder(order)(
      Buffer.from(encodeOrderCursor(order, last as TtlSecret), "base64url").toString(),
    );
    const asked = { projectId, order, page: { first: 50, after } };
    await listSecrets(orm, asked);
    await findSecrets(orm, { ...asked, filter: { nameContains: "9" } });
    await findSecrets(orm, { ...asked, filter: { statuses: ["pending", "viewed"] } });
    await findSecrets(orm, { ...asked, filter: { statuses: ["pending"] } });
    expect(statements).toHaveLength(5);
    // So few rows may be cheaper to sort; with other ways dear, a plan that still sorts has no index to go by.
    const plans = await db.current.sql.begin(async (sql) => {
      await sql`SET LOCAL enable_sort = off`;
      await sql`SET LOCAL enable_seqscan = off`;
      await sql`SET LOCAL enable_bitmapscan = off`;
      return Promise.all(
        statements.map(({ query, params }) => sql.unsafe(`EXPLAIN ${query}`, params as never[])),
      );
    });
    for (const plan of plans) {
      const text = plan.map((row) => row["QUERY PLAN"]).join("\n");
      expect(text).toContain(scan);
      expect(text).not.toMatch(/Sort {2}|Seq Scan/);
    }
  });
});

describe("an invalid list request", () => {
  const cases: [string, string, object][] = [
    ["no status", "filter.statuses", { filter: { statuses: [] } }],
    ["six statuses", "filter.statuses", { filter: { statuses: Array<string>(6).fill("VIEWED") } }],
    ["an empty text", "filter.nameContains", { filter: { nameContains: "" } }],
    ["201 characters", "filter.nameContains", { filter: { nameContains: "é".repeat(201) } }],
    ["NUL", "filter.nameContains", { filter: { nameContains: "hunter2\0" } }],
    ["two lines", "filter.nameContains", { filter: { nameContains: "hunter2\n" } }],
    ["half a character", "filter.nameContains", { filter: { nameContains: "\ud83d" } }],
  ];
  it.each(cases)("is refused with its field: %s", async (_what, field, asked) => {
    const app = createTestApp(db.current);
    const { cookie, projectId } = await createSender(app);
    const { errors } = await graphql(app, FIND, { projectId, ...asked }, { cookie });
    expect(errors?.[0]?.extensions).toEqual({ code: "BAD_USER_INPUT", field });
    expect(JSON.stringify(errors)).not.toContain("hunter2");
  });

  it("accepts 200 characters, and null for everything", async () => {
    const app = createTestApp(db.current);
    const { cookie, projectId } = await createSender(app);
    await store(projectId, ["😀".repeat(200)]);
    for (const filter of [
      null,
      {},
      { statuses: null, nameContains: null },
      { nameContains: "😀".repeat(200) },
    ]) {
      const pages = await allPages(app, cookie, { projectId, filter, orderBy: null as never });
      expect(pages.flat()).toHaveLength(1);
    }
  });

  const orders = ["NEWEST_FIRST", "NAME", "EXPIRES_FIRST", "EXPIRES_LAST"];
  it.each(orders.flatMap((made) => orders.filter((used) => used !== made).map((used) => [made, used])))(
    "a cursor of %s in %s",
    async (made, used) => {
      const app = createTestApp(db.current);
      const { cookie, projectId } = await createSender(app);
      await store(projectId, ["a"]);
      const { data } = await graphql(app, FIND, { projectId, orderBy: made }, { cookie });
      const after = data.ttlSecrets.pageInfo.endCursor;
      const { errors } = await graphql(app, FIND, { projectId, orderBy: used, after }, { cookie });
      expect(errors?.[0]?.extensions).toEqual({ code: "BAD_USER_INPUT", field: "after" });
    },
  );

  it("another vault's secrets, by no filter and in no order", async () => {
    const app = createTestApp(db.current);
    const [mine, theirs] = [await createSender(app), await createSender(app)];
    await store(theirs.projectId, ["theirs"]);
    await store(mine.projectId, ["mine"]);
    const stranger = { cookie: mine.cookie };
    const asked = { filter: { nameContains: "t", statuses: ["VIEWED"] }, orderBy: "NAME" };
    const foreign = await graphql(app, FIND, { projectId: theirs.projectId, ...asked }, stranger);
    expect(foreign.errors?.[0]?.extensions).toEqual({ code: "NOT_FOUND" });
    // A cursor names a place in an order, not a project: with another's it finds one's own.
    const { data } = await graphql(
      app,
      FIND,
      { projectId: theirs.projectId, orderBy: "EXPIRES_FIRST" },
      { cookie: theirs.cookie },
    );
    const after = data.ttlSecrets.pageInfo.endCursor;
    const own = await graphql(
      app,
      FIND,
      { projectId: mine.projectId, orderBy: "EXPIRES_FIRST", after },
      stranger,
    );
    expect(JSON.stringify(own)).not.toContain("theirs");
  });
});
