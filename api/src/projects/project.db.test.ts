import { describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import {
  auditOf,
  createSecret,
  createSender,
  endTtl,
  graphql,
  reveal,
  revoke,
  type Sender,
} from "../../test/factories.ts";
import { noRollbackGuard } from "../../test/no-rollback-guard.ts";
import { verifyChain } from "../audit/verify-chain.ts";
import { hashToken } from "../crypto/token.ts";
import { claim, settle } from "../secrets/attempt-store.ts";

const db = useDatabase();

const project = (app: TestApp, { cookie }: Sender, id: string) =>
  graphql(app, `query ($id: ID!) { project(id: $id) { id name pendingTtlSecretCount } }`, { id }, { cookie });
const remove = (app: TestApp, { cookie }: Sender, id: string) =>
  graphql(app, `mutation ($id: ID!) { deleteProject(id: $id) }`, { id }, { cookie });
const rename = (app: TestApp, { cookie }: Sender, id: string, name: string) =>
  graphql(
    app,
    `mutation ($input: RenameProjectInput!) { renameProject(input: $input) { id name } }`,
    { input: { id, name } },
    { cookie },
  );

async function scene() {
  const app = createTestApp(db.current);
  return { app, sender: await createSender(app) };
}

describe("a project", () => {
  it("is created and listed newest first, in its own vault only", async () => {
    const { app, sender } = await scene();
    await graphql(app, `mutation { createProject(input: { name: "Second" }) { id } }`, {}, sender);
    await createSender(app);
    const { data } = await graphql(app, "{ projects { nodes { name } } }", {}, sender);
    expect(data.projects.nodes).toEqual([{ name: "Second" }, { name: "Payments" }]);
  });

  it.each(["", "   ", "x".repeat(201), "a\nb", "a\u0000b"])("refuses %j as its name", async (name) => {
    const { app, sender } = await scene();
    const refused = { code: "BAD_USER_INPUT", field: "name" };
    expect((await rename(app, sender, sender.projectId, name)).errors?.[0]?.extensions).toEqual(refused);
    const create = `mutation ($name: String!) { createProject(input: { name: $name }) { id } }`;
    expect((await graphql(app, create, { name }, sender)).errors?.[0]?.extensions).toEqual(refused);
  });

  it("is renamed", async () => {
    const { app, sender } = await scene();
    const { data } = await rename(app, sender, sender.projectId, "Billing ✨");
    expect(data.renameProject).toEqual({ id: sender.projectId, name: "Billing ✨" });
  });

  it("counts the secrets that can still be opened", async () => {
    const { app, sender } = await scene();
    const used = await createSecret(app, sender);
    await createSecret(app, sender);
    await reveal(app, used);
    expect((await project(app, sender, sender.projectId)).data.project.pendingTtlSecretCount).toBe(1);
  });

  it("deletes all its secrets with it, including pending ones, and keeps its audit events", async () => {
    const { app, sender } = await scene();
    const secret = await createSecret(app, sender);
    expect((await remove(app, sender, sender.projectId)).data.deleteProject).toBe(sender.projectId);
    expect((await reveal(app, secret)).__typename).toBe("TtlSecretNotAvailable");
    expect((await project(app, sender, sender.projectId)).data.project).toBeNull();
    expect(await db.current.sql`SELECT 1 FROM ttl_secrets WHERE id = ${secret.id}`).toHaveLength(0);
    expect(
      await db.current.sql`SELECT 1 FROM ttl_secret_payloads WHERE secret_id = ${secret.id}`,
    ).toHaveLength(0);
    expect((await auditOf(app, sender)).map(({ action }: { action: string }) => action)).toEqual([
      "temporary_secret_create",
      "project_deleted",
    ]);
  });

  it("leaves an audit event of its deletion, with the number of pending secrets, in the vault's log", async () => {
    const { app, sender } = await scene();
    const [used, revoked, expired] = [
      await createSecret(app, sender),
      await createSecret(app, sender),
      await createSecret(app, sender),
    ];
    for (let i = 0; i < 2; i++) await createSecret(app, sender);
    await reveal(app, used);
    await revoke(app, sender, revoked.id);
    await endTtl(db.current, expired.id);
    await remove(app, sender, sender.projectId);
    const { data } = await graphql(
      app,
      `{ auditEvents(actions: [project_deleted]) {
        nodes { action projectId projectName pendingTtlSecretCount actor sourceIp ttlSecretId ttlSecretName reason }
      } }`,
      {},
      sender,
    );
    expect(data.auditEvents.nodes).toEqual([
      {
        action: "project_deleted",
        projectId: sender.projectId,
        projectName: "Payments",
        pendingTtlSecretCount: 2,
        actor: sender.email,
        sourceIp: "127.0.0.1",
        ttlSecretId: null,
        ttlSecretName: null,
        reason: null,
      },
    ]);
    expect(await verifyChain(db.current, { vaultId: sender.vaultId })).toMatchObject({ problems: [] });
  });

  it("is neither deleted nor recorded when its event can't be stored, and a refusal leaves no event", async () => {
    const { app, sender } = await scene();
    await createSecret(app, sender);
    const blocked = `no_deletion_${sender.projectId.slice(0, 8)}`;
    await db.current.sql.unsafe(
      `ALTER TABLE audit_events ADD CONSTRAINT ${blocked}
        CHECK (action <> 'project_deleted' OR project_id <> '${sender.projectId}') NOT VALID`,
    );
    expect((await remove(app, sender, sender.projectId)).errors?.[0]?.extensions.code).toBe("INTERNAL");
    await db.current.sql.unsafe(`ALTER TABLE audit_events DROP CONSTRAINT ${blocked}`);
    expect((await project(app, sender, sender.projectId)).data.project.pendingTtlSecretCount).toBe(1);
    const other = await createSender(app);
    await remove(app, other, sender.projectId);
    expect(await auditOf(app, sender)).toHaveLength(1);
  });

  it("can be deleted while its secrets are revealed, without a deadlock or a second reveal", async () => {
    const { app, sender } = await scene();
    const secrets = await Promise.all(Array.from({ length: 12 }, () => createSecret(app, sender)));
    const [deleted, ...answers] = await Promise.all([
      remove(app, sender, sender.projectId),
      ...secrets.map((secret) => reveal(app, secret)),
    ]);
    expect(deleted.data.deleteProject).toBe(sender.projectId);
    for (const { __typename } of answers) {
      expect(["TtlSecretRevealed", "TtlSecretDestroyed", "TtlSecretNotAvailable"]).toContain(__typename);
    }
    const shown = answers.filter(({ __typename }) => __typename === "TtlSecretRevealed").length;
    const viewed = (await auditOf(app, sender)).filter(
      ({ action }: { action: string }) => action === "temporary_secret_viewed",
    );
    expect(viewed).toHaveLength(shown);
  });

  it("deleted during an attempt records the audit event that the attempt no longer can", async () => {
    const { app, sender } = await scene();
    const { id, token, vaultId } = await createSecret(app, sender);
    const kids = [...app.services.keyRing.keys.keys()];
    await claim(db.current, {
      tokenHash: hashToken(token),
      vaultId,
      kids,
      sourceIp: "192.0.2.8",
      seen: undefined,
    });
    await remove(app, sender, sender.projectId);
    expect(
      await settle(db.current, { secretId: id, status: "viewed", reason: null }, noRollbackGuard.observe),
    ).toBe(false);
    expect(await auditOf(app, sender)).toContainEqual(
      expect.objectContaining({
        action: "temporary_secret_failed",
        sourceIp: "192.0.2.8",
        ttlSecretId: id,
        reason: "project_deleted",
      }),
    );
  });

  it("of another vault behaves exactly like one that does not exist", async () => {
    const { app, sender } = await scene();
    const other = await createSender(app);
    const unknown = "00000000-0000-4000-8000-000000000000";
    expect(await project(app, sender, other.projectId)).toEqual(await project(app, sender, unknown));
    expect((await project(app, sender, other.projectId)).data.project).toBeNull();
    for (const attempt of [
      (id: string) => remove(app, sender, id),
      (id: string) => rename(app, sender, id, "mine"),
    ]) {
      const foreign = await attempt(other.projectId);
      expect(foreign.errors?.[0]?.extensions.code).toBe("NOT_FOUND");
      expect(await attempt(unknown)).toEqual(foreign);
    }
    expect((await project(app, other, other.projectId)).data.project.name).toBe("Payments");
  });
});
