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
  it("tells the story of each secret in order", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const seen = await createSecret(app, sender, { name: "seen" });
    const burnt = await createSecret(app, sender, { name: "burnt" });
    await reveal(app, seen, { peer: "2001:db8::1" });
    await reveal(app, { ...burnt, passphrase: "no" });
    const events = await auditOf(app, sender);
    expect(events.map((e: Record<string, string>) => [e.action, e.ttlSecretName, e.sourceIp])).toEqual([
      ["temporary_secret_create", "seen", "127.0.0.1"],
      ["temporary_secret_create", "burnt", "127.0.0.1"],
      ["temporary_secret_viewed", "seen", "2001:db8::1"],
      ["temporary_secret_failed", "burnt", "127.0.0.1"],
    ]);
  });

  it("is read in pages, newest first, each event once", async () => {
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

  it("of another vault's project is not found, also once that project is deleted", async () => {
    const app = createTestApp(db.current);
    const [mine, theirs] = [await createSender(app), await createSender(app)];
    await createSecret(app, theirs);
    const read = () => graphql(app, PAGE, { projectId: theirs.projectId }, mine);
    expect((await read()).errors?.[0]?.extensions.code).toBe("NOT_FOUND");
    await graphql(app, `mutation ($id: ID!) { deleteProject(id: $id) }`, { id: theirs.projectId }, theirs);
    expect((await read()).errors?.[0]?.extensions.code).toBe("NOT_FOUND");
  });

  it("is empty, not missing, for a new project", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    expect(await auditOf(app, sender)).toEqual([]);
  });
});
