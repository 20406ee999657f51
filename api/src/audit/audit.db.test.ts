import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createTestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { auditOf, createSecret, createSender, graphql, reveal } from "../../test/factories.ts";

const db = useDatabase();

const PAGE = `query ($projectId: ID!, $first: Int, $after: String) {
  auditEvents(projectId: $projectId, first: $first, after: $after) {
    nodes { id action } pageInfo { hasNextPage endCursor }
  }
}`;

describe("the audit log", () => {
  it("records the events of each secret in order", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const seen = await createSecret(app, sender, { name: "seen" });
    const burnt = await createSecret(app, sender, { name: "burnt" });
    await reveal(app, seen, { peer: "2001:db8::1" });
    await reveal(app, { ...burnt, passphrase: "no" });
    const events = await auditOf(app, sender);
    expect(
      events.map((e: Record<string, string>) => [e.action, e.ttlSecretName, e.sourceIp, e.reason]),
    ).toEqual([
      ["temporary_secret_create", "seen", "127.0.0.1", null],
      ["temporary_secret_create", "burnt", "127.0.0.1", null],
      ["temporary_secret_viewed", "seen", "2001:db8::1", null],
      ["temporary_secret_failed", "burnt", "127.0.0.1", "wrong_passphrase"],
    ]);
  });

  it("pages newest first, with each event once", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    for (let i = 0; i < 5; i++) await createSecret(app, sender);
    const ids: string[] = [];
    let after: string | null = null;
    do {
      const { data } = await graphql(app, PAGE, { projectId: sender.projectId, first: 2, after }, sender);
      ids.push(...data.auditEvents.nodes.map((event: { id: string }) => event.id));
      after = data.auditEvents.pageInfo.hasNextPage ? data.auditEvents.pageInfo.endCursor : null;
    } while (after);
    expect(new Set(ids).size).toBe(5);
    expect(ids).toHaveLength(5);
  });

  it("of another vault's project is not found, even after that project is deleted", async () => {
    const app = createTestApp(db.current);
    const [mine, theirs] = [await createSender(app), await createSender(app)];
    await createSecret(app, theirs);
    const read = () => graphql(app, PAGE, { projectId: theirs.projectId }, mine);
    expect((await read()).errors?.[0]?.extensions.code).toBe("NOT_FOUND");
    await graphql(app, `mutation ($id: ID!) { deleteProject(id: $id) }`, { id: theirs.projectId }, theirs);
    expect((await read()).errors?.[0]?.extensions.code).toBe("NOT_FOUND");
  });

  it('is empty, not "not found", for a new project', async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    expect(await auditOf(app, sender)).toEqual([]);
  });

  it("filters by action and time, start inclusive and end exclusive, across pages", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const { projectId } = sender;
    const insert = (action: string, at: string, project = projectId) => db.current.sql`
      INSERT INTO audit_events (id, vault_id, project_id, action, source_ip, at)
      VALUES (gen_random_uuid(), ${sender.vaultId}, ${project}, ${`temporary_secret_${action}`}, '::1', ${at})`;
    for (const hour of ["00", "01", "02", "03"]) {
      for (const action of ["create", "viewed", "failed"])
        await insert(action, `2026-03-01T${hour}:00:00.000Z`);
    }
    await insert("revoked", "2026-03-01T01:30:00Z", randomUUID());
    const find = async (filter: Record<string, unknown>) => {
      const found: string[] = [];
      let after: string | null = null;
      do {
        const answer = await graphql(
          app,
          `query ($projectId: ID, $actions: [AuditAction!], $from: DateTime, $to: DateTime, $after: String) {
            auditEvents(projectId: $projectId, actions: $actions, from: $from, to: $to, first: 2, after: $after) {
              nodes { action at } pageInfo { hasNextPage endCursor }
            }
          }`,
          { projectId, after, ...filter },
          sender,
        );
        if (answer.errors) return answer.errors[0]?.extensions;
        const { nodes, pageInfo } = answer.data.auditEvents;
        found.push(
          ...nodes.map((n: Record<string, string>) => `${n.at?.slice(11, 13)} ${n.action?.slice(17)}`),
        );
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      } while (after);
      return found.toSorted();
    };
    const [from, to] = ["2026-03-01T01:00:00.000Z", "2026-03-01T03:00:00.000Z"];
    expect(await find({ from, to, actions: ["temporary_secret_viewed", "temporary_secret_create"] })).toEqual(
      ["01 create", "01 viewed", "02 create", "02 viewed"],
    );
    expect(await find({ actions: ["temporary_secret_failed"] })).toEqual([
      "00 failed",
      "01 failed",
      "02 failed",
      "03 failed",
    ]);
    expect(await find({ from: to, actions: [] })).toEqual(["03 create", "03 failed", "03 viewed"]);
    expect(await find({ to: from, projectId: null })).toEqual(["00 create", "00 failed", "00 viewed"]);
    expect(await find({ from, projectId: null, actions: ["temporary_secret_revoked"] })).toEqual([
      "01 revoked",
    ]);
    expect(await find({ from: "2027-01-01T00:00:00Z" })).toEqual([]);
    expect(await find({ from, to: from })).toEqual({ code: "BAD_USER_INPUT", field: "to" });
    await graphql(app, "mutation ($id: ID!) { deleteProject(id: $id) }", { id: projectId }, sender);
    expect(await find({ from: "2027-01-01T00:00:00Z" })).toEqual([]);
  });
});
