import { describe, expect, it } from "vitest";
import { createTestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { createSender, graphql } from "../../test/factories.ts";

const db = useDatabase();

const PAGE = `query ($projectId: ID!, $first: Int, $after: String) {
  ttlSecrets(projectId: $projectId, first: $first, after: $after) {
    nodes { id name } edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

describe("the list of TTL secrets", () => {
  it("pages through ten thousand, newest first, without a gap or a repeat, also within one millisecond", async () => {
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

  it("reads a page from the index, however many secrets there are", async () => {
    const app = createTestApp(db.current);
    const { projectId } = await createSender(app);
    const plan = await db.current.sql.begin(async (sql) => {
      await sql`
        INSERT INTO ttl_secrets (id, project_id, name, status, created_at, expires_at, ended_at, created_by)
        SELECT gen_random_uuid(), ${projectId}, 'n', 'viewed', now(), now() + interval '5 min', now(), 'x'
        FROM generate_series(1, 20000)`;
      await sql`ANALYZE ttl_secrets`;
      return sql`
        EXPLAIN SELECT id FROM ttl_secrets
        WHERE project_id = ${projectId} AND (created_at, id) < (now(), ${projectId}::uuid)
        ORDER BY created_at DESC, id DESC LIMIT 51`;
    });
    const text = plan.map((row) => row["QUERY PLAN"]).join("\n");
    expect(text).toContain("Backward using ttl_secrets_page");
    expect(text).not.toContain("Sort");
  });

  it.each([0, 201, -1])("refuses a page of %i", async (first) => {
    const app = createTestApp(db.current);
    const { projectId, cookie } = await createSender(app);
    const { errors } = await graphql(app, PAGE, { projectId, first }, { cookie });
    expect(errors?.[0]?.extensions).toEqual({ code: "BAD_USER_INPUT", field: "first" });
  });

  it("refuses a cursor that it did not give out", async () => {
    const app = createTestApp(db.current);
    const { projectId, cookie } = await createSender(app);
    const { errors } = await graphql(app, PAGE, { projectId, after: "nonsense" }, { cookie });
    expect(errors?.[0]?.extensions).toEqual({ code: "BAD_USER_INPUT", field: "after" });
  });

  it("answers for another vault's project as for one that does not exist", async () => {
    const app = createTestApp(db.current);
    const [mine, theirs] = [await createSender(app), await createSender(app)];
    const foreign = await graphql(app, PAGE, { projectId: theirs.projectId }, { cookie: mine.cookie });
    expect(foreign.errors?.[0]?.extensions.code).toBe("NOT_FOUND");
    const unknown = { projectId: "00000000-0000-4000-8000-000000000000" };
    expect(await graphql(app, PAGE, unknown, { cookie: mine.cookie })).toEqual(foreign);
  });
});
