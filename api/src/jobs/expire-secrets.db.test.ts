import { describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import {
  auditOf,
  createSecret,
  createSender,
  endTtl,
  reveal,
  type Sender,
  secretOf,
  storeExpired,
} from "../../test/factories.ts";
import { hashToken } from "../crypto/token.ts";
import { claim, settle } from "../secrets/attempt-store.ts";
import { expireSecrets } from "./expire-secrets.ts";

const db = useDatabase();

/** Ends the TTL of every secret of the project `seconds` ago. */
async function endTtlOfAll({ projectId }: Sender, seconds: number): Promise<void> {
  await db.current.sql`
    WITH past AS (
      UPDATE ttl_secrets SET created_at = now() - (expires_at - created_at) - make_interval(secs => ${seconds}),
        expires_at = now() - make_interval(secs => ${seconds})
      WHERE project_id = ${projectId} RETURNING id, expires_at)
    UPDATE ttl_secret_payloads y SET expires_at = past.expires_at FROM past WHERE past.id = y.secret_id`;
}

async function claimAndDie(app: TestApp, { token, vaultId }: { token: string; vaultId: string }) {
  const kids = [...app.services.keyRing.keys.keys()];
  const result = await claim(db.current, {
    tokenHash: hashToken(token),
    vaultId,
    kids,
    sourceIp: "192.0.2.9",
  });
  expect(result.kind).toBe("claimed");
}

describe("the sweep", () => {
  it("removes the payload of every secret past its TTL and marks it expired when it expired", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const { id } = await createSecret(app, sender);
    await endTtlOfAll(sender, 5);
    expect(await expireSecrets({ db: db.current })).toEqual({ expired: 1, interrupted: 0 });
    const secret = await secretOf(app, sender, id);
    expect(secret.status).toBe("EXPIRED");
    expect(secret.endedAt).toBe(secret.expiresAt);
    expect(await db.current.sql`SELECT 1 FROM ttl_secret_payloads WHERE secret_id = ${id}`).toHaveLength(0);
  });

  it("leaves what is still pending alone", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const secret = await createSecret(app, sender, { ttlSeconds: 60 });
    expect(await expireSecrets({ db: db.current })).toEqual({ expired: 0, interrupted: 0 });
    expect((await reveal(app, secret)).value).toBe("hunter2");
  });

  it("changes nothing the second time", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    await createSecret(app, sender);
    await endTtlOfAll(sender, 0);
    await expireSecrets({ db: db.current });
    expect(await expireSecrets({ db: db.current })).toEqual({ expired: 0, interrupted: 0 });
  });

  it("tells of each batch what it was about and how many rows it had", async () => {
    const batches: [string, number][] = [];
    await expireSecrets({ db: db.current, onBatch: (what, rows) => batches.push([what, rows]) });
    expect(batches).toEqual([
      ["expired", 0],
      ["interrupted", 0],
    ]);
  });

  it("works through more than one batch, in several processes at once, and counts each secret once", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    await storeExpired(db.current, sender, 2500);
    const sweeps = await Promise.all([1, 2, 3].map(() => expireSecrets({ db: db.current })));
    expect(sweeps.reduce((sum, { expired }) => sum + expired, 0)).toBe(2500);
    const [left] = await db.current.sql<[{ count: number }]>`
      SELECT count(*)::int AS count FROM ttl_secrets
      WHERE project_id = ${sender.projectId} AND (status <> 'expired' OR ended_at <> expires_at)`;
    expect(left.count).toBe(0);
  });

  it("writes the audit event that an interrupted attempt is owed, with the address it came from", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const secret = await createSecret(app, sender);
    await claimAndDie(app, secret);
    const state = async () => {
      const { status, destroyedReason, endedAt } = await secretOf(app, sender, secret.id);
      return { status, destroyedReason, hasEnded: endedAt !== null };
    };
    // Nothing final is said while the attempt may still be settled…
    expect(await state()).toEqual({ status: "PENDING", destroyedReason: null, hasEnded: false });
    await db.current.sql`UPDATE ttl_secrets SET ended_at = now() - interval '60 s' WHERE id = ${secret.id}`;
    // …and after that nothing else, sweep or no sweep.
    expect(await state()).toEqual({ status: "DESTROYED", destroyedReason: "INTERRUPTED", hasEnded: true });
    expect(await settle(db.current, { secretId: secret.id, status: "viewed", reason: null })).toBe(false);
    expect(await expireSecrets({ db: db.current })).toEqual({ expired: 0, interrupted: 1 });
    expect(await expireSecrets({ db: db.current })).toEqual({ expired: 0, interrupted: 0 });
    const events = await auditOf(app, sender);
    expect(events).toHaveLength(2);
    expect(events.at(-1)).toMatchObject({
      action: "temporary_secret_failed",
      sourceIp: "192.0.2.9",
      actor: null,
    });
    expect(await settle(db.current, { secretId: secret.id, status: "viewed", reason: null })).toBe(false);
  });

  it("skips what another process is working on, and does not wait for it", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const [overdue, open] = [await createSecret(app, sender), await createSecret(app, sender)];
    await claimAndDie(app, open);
    await db.current.sql`UPDATE ttl_secrets SET ended_at = now() - interval '60 s' WHERE id = ${open.id}`;
    await endTtl(db.current, overdue.id);
    await db.current.sql.begin(async (sql) => {
      await sql`SELECT 1 FROM ttl_secret_payloads WHERE secret_id = ${overdue.id} FOR UPDATE`;
      await sql`SELECT 1 FROM ttl_secrets WHERE id = ${open.id} FOR UPDATE`;
      expect(await expireSecrets({ db: db.current })).toEqual({ expired: 0, interrupted: 0 });
    });
    expect(await expireSecrets({ db: db.current })).toEqual({ expired: 1, interrupted: 1 });
  });

  it("does not take an attempt that is under way for an interrupted one", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const secret = await createSecret(app, sender);
    await claimAndDie(app, secret);
    const endedAt = () =>
      db.current.sql<
        [{ endedAt: Date }]
      >`SELECT ended_at AS "endedAt" FROM ttl_secrets WHERE id = ${secret.id}`;
    await db.current.sql`UPDATE ttl_secrets SET ended_at = now() - interval '59 s' WHERE id = ${secret.id}`;
    const [claimed] = await endedAt();
    expect((await expireSecrets({ db: db.current })).interrupted).toBe(0);
    expect(await settle(db.current, { secretId: secret.id, status: "viewed", reason: null })).toBe(true);
    // It ends when it is settled, not when it was claimed.
    const [settled] = await endedAt();
    expect(settled.endedAt > claimed.endedAt).toBe(true);
  });
});
