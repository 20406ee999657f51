import { describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import {
  createKey,
  createSecret,
  createSender,
  graphql,
  reveal,
  revoke,
  type Sender,
} from "../../test/factories.ts";
import { hashToken } from "../crypto/token.ts";
import { claim } from "../secrets/attempt-store.ts";
import { destroyPending } from "../secrets/destroy-pending.ts";

const db = useDatabase();

type Credentials = Parameters<typeof graphql>[3];

/** Name, address and reason of each secret in the project's list. */
async function endings(app: TestApp, { projectId, cookie }: Sender, as: Credentials = { cookie }) {
  const { data, errors } = await graphql(
    app,
    `query ($projectId: ID!) {
      ttlSecrets(projectId: $projectId, orderBy: NAME) { nodes { name attemptedFrom failureReason } }
    }`,
    { projectId },
    as,
  );
  expect(errors).toBeUndefined();
  const rows: { name: string; attemptedFrom: string | null; failureReason: string | null }[] =
    data.ttlSecrets.nodes;
  return rows.map(({ name, attemptedFrom, failureReason }) => [name, attemptedFrom, failureReason]);
}

async function scene() {
  const app = createTestApp(db.current);
  const sender = await createSender(app);
  return { app, sender, create: (name: string) => createSecret(app, sender, { name }) };
}

describe("the address of a recipient's attempt", () => {
  it("is in the secret's own record, whether it was viewed or destroyed", async () => {
    const { app, sender, create } = await scene();
    await create("pending");
    await reveal(app, await create("viewed"), { peer: "203.0.113.7" });
    await reveal(app, { ...(await create("wrong")), passphrase: "no" }, { peer: "2001:db8::1" });
    await revoke(app, sender, (await create("revoked")).id);
    expect(await endings(app, sender)).toEqual([
      ["pending", null, null],
      ["revoked", null, null],
      ["viewed", "203.0.113.7", null],
      ["wrong", "2001:db8::1", "wrong_passphrase"],
    ]);
  });

  it("is found however many events followed", async () => {
    const { app, sender, create } = await scene();
    await reveal(app, { ...(await create("wrong")), passphrase: "no" }, { peer: "203.0.113.7" });
    const { vaultId, projectId } = sender;
    await db.current.sql`
      INSERT INTO audit_events (id, vault_id, project_id, action, source_ip, ttl_secret_id)
      SELECT gen_random_uuid(), ${vaultId}, ${projectId}, 'temporary_secret_viewed', '192.0.2.1', gen_random_uuid()
      FROM generate_series(1, 60)`;
    expect(await endings(app, sender)).toEqual([["wrong", "203.0.113.7", "wrong_passphrase"]]);
  });

  it.each(["database_restored", "destroyed_by_operator"] as const)(
    "is none of a secret that ended without an attempt: %s",
    async (reason) => {
      const { app, sender, create } = await scene();
      await create("pending");
      await destroyPending(db.current, { which: "all", actor: "server", reason });
      expect(await endings(app, sender)).toEqual([["pending", null, reason]]);
    },
  );

  it("is none while the attempt is in progress, and without a reason for an event of the previous release", async () => {
    const { app, sender, create } = await scene();
    const { id, token, vaultId } = await create("attempted");
    const kids = [...app.services.keyRing.keys.keys()];
    const attempt = { tokenHash: hashToken(token), vaultId, kids, sourceIp: "203.0.113.7", seen: undefined };
    await claim(db.current, attempt);
    expect(await endings(app, sender)).toEqual([["attempted", null, null]]);
    // What the previous release stores when it settles the attempt.
    await db.current.sql`UPDATE ttl_secrets SET attempted_from = NULL WHERE id = ${id}`;
    await db.current.sql`
      INSERT INTO audit_events (id, vault_id, project_id, action, source_ip, ttl_secret_id)
      VALUES (gen_random_uuid(), ${vaultId}, ${sender.projectId}, 'temporary_secret_failed', '203.0.113.7', ${id})`;
    expect(await endings(app, sender)).toEqual([["attempted", "203.0.113.7", null]]);
  });

  it("is not shown to an API key, and comes from the own vault's log only", async () => {
    const { app, sender, create } = await scene();
    const { headers } = await createKey(app, sender);
    const secret = await create("wrong");
    const stranger = await createSender(app);
    // A forged event in another vault about this secret.
    await db.current.sql`
      INSERT INTO audit_events (id, vault_id, project_id, action, source_ip, ttl_secret_id)
      VALUES (gen_random_uuid(), ${stranger.vaultId}, ${stranger.projectId}, 'temporary_secret_viewed', '198.51.100.1',
        ${secret.id})`;
    await reveal(app, { ...secret, passphrase: "no" }, { peer: "203.0.113.7" });
    expect(await endings(app, sender, { headers })).toEqual([["wrong", null, null]]);
    expect(await endings(app, sender)).toEqual([["wrong", "203.0.113.7", "wrong_passphrase"]]);
  });
});
