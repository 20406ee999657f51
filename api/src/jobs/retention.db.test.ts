import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createTestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { createSecret, createSender, reveal, secretOf, signUp } from "../../test/factories.ts";
import { insertEvents } from "../audit/audit-store.ts";
import { verifyChain } from "../audit/verify-chain.ts";
import { hashToken } from "../crypto/token.ts";
import { claim } from "../secrets/attempt-store.ts";
import { deletePastRetention } from "./retention.ts";
import { expireSecrets } from "./sweep.ts";

const db = useDatabase();

/** Backdates the secret's creation and end. */
const age = (id: string, days: number) => db.current.sql`
  UPDATE ttl_secrets SET created_at = created_at - make_interval(days => ${days}),
    expires_at = expires_at - make_interval(days => ${days}), ended_at = ended_at - make_interval(days => ${days})
  WHERE id = ${id}`;

const newVault = () => `vault_${randomUUID().replaceAll("-", "").slice(0, 24)}`;

/** Stores an event of this age in days; returns nothing. */
async function event(vaultId: string, days: number): Promise<void> {
  await insertEvents(db.current.orm, [
    {
      vaultId,
      projectId: randomUUID(),
      action: "temporary_secret_create",
      at: new Date(Date.now() - days * 86_400_000),
      sourceIp: "203.0.113.7",
      actor: "ada@example.com",
      ttlSecretId: randomUUID(),
      ttlSecretName: "Database password",
    } as Parameters<typeof insertEvents>[1][number],
  ]);
}

const places = async (vaultId: string) =>
  (await db.current.sql`SELECT seq::int FROM audit_events WHERE vault_id = ${vaultId} ORDER BY seq`).map(
    ({ seq }) => seq,
  );

const refused = { code: "42501" };

describe("data past its retention", () => {
  it("is deleted: ended secrets, but no pending or younger ones", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const [old, young, pending] = [
      await createSecret(app, sender),
      await createSecret(app, sender),
      await createSecret(app, sender),
    ];
    for (const secret of [old, young]) await reveal(app, secret);
    await age(old.id, 11);
    await age(young.id, 9);
    expect((await deletePastRetention(db.current, { secretDays: 10 })).forgotten).toBe(1);
    expect(await secretOf(app, sender, old.id)).toBeUndefined();
    expect(await secretOf(app, sender, young.id)).toMatchObject({ status: "VIEWED" });
    expect(await reveal(app, pending)).toMatchObject({ value: "hunter2" });
    expect((await deletePastRetention(db.current, { secretDays: 10 })).forgotten).toBe(0);
  });

  it("stays while the audit event of an attempt is still to be written", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const secret = await createSecret(app, sender);
    const kids = [...app.services.keyRing.keys.keys()];
    const { token, vaultId } = secret;
    await claim(db.current, {
      tokenHash: hashToken(token),
      vaultId,
      kids,
      sourceIp: "192.0.2.9",
      seen: undefined,
    });
    await age(secret.id, 11);
    expect((await deletePastRetention(db.current, { secretDays: 10 })).forgotten).toBe(0);
    await expireSecrets({ db: db.current });
    expect((await deletePastRetention(db.current, { secretDays: 10 })).forgotten).toBe(1);
  });

  it("is deleted in batches until none is left, each reported", async () => {
    const sender = await createSender(createTestApp(db.current));
    await db.current.sql`
      INSERT INTO ttl_secrets (id, project_id, name, status, created_at, expires_at, ended_at, created_by)
      SELECT gen_random_uuid(), ${sender.projectId}, 'n', 'expired', t, t + interval '1 hour', t + interval '1 hour', 'ada'
      FROM generate_series(1, 2300) AS n, LATERAL (SELECT now() - interval '400 days' AS t) AS at`;
    const batches: [string, number][] = [];
    await deletePastRetention(
      db.current,
      { secretDays: 365 },
      { onBatch: (what, rows) => batches.push([what, rows]) },
    );
    expect(batches.filter(([what]) => what === "ended").map(([, rows]) => rows)).toEqual([1000, 1000, 300]);
  });

  it("is deleted: expired sessions and old sign-in counters; those in use stay", async () => {
    const app = createTestApp(db.current);
    await signUp(app);
    const [before] = await db.current.sql<[{ count: number }]>`SELECT count(*)::int AS count FROM sessions`;
    await db.current.sql`
      INSERT INTO sessions (id, token, user_id, expires_at)
      SELECT gen_random_uuid()::text, gen_random_uuid()::text, u.id, now() - interval '1 second' FROM (SELECT id FROM users LIMIT 1) u`;
    await db.current.sql`INSERT INTO auth_rate_limits VALUES ('old', 'old', 1, 0),
      ('new', 'new', 1, (extract(epoch FROM now()) * 1000)::bigint) ON CONFLICT DO NOTHING`;
    await deletePastRetention(db.current, { secretDays: 365 });
    const [after] = await db.current.sql<[{ count: number }]>`SELECT count(*)::int AS count FROM sessions`;
    expect(after).toEqual(before);
    const counters = await db.current.sql`SELECT key FROM auth_rate_limits WHERE key IN ('old', 'new')`;
    expect(counters.map(({ key }) => key)).toEqual(["new"]);
  });
});

describe("audit events", () => {
  it("stay forever unless a retention is set", async () => {
    const vault = newVault();
    await event(vault, 4000);
    expect((await deletePastRetention(db.current, { secretDays: 1 })).auditEvents).toBe(0);
    expect(await places(vault)).toEqual([1]);
  });

  it("are deleted from the start of their chain, which still verifies, continues, and states how many were deleted", async () => {
    const [vault, other] = [newVault(), newVault()];
    for (const days of [90, 80, 70, 20, 10]) await event(vault, days);
    for (const days of [75, 74]) await event(other, days);
    const { length, head } = await verifyChain(db.current, { vaultId: vault });
    const anchors = [{ vaultId: vault, length, head }];
    await deletePastRetention(db.current, { secretDays: 365, auditDays: 60 });
    expect([await places(vault), await places(other)]).toEqual([[4, 5], []]);
    expect(await verifyChain(db.current, { vaultId: vault, anchors })).toMatchObject({
      length: 5,
      removed: 3,
      problems: [],
    });
    expect(await verifyChain(db.current, { vaultId: other })).toMatchObject({ removed: 2, problems: [] });
    await event(vault, 0);
    await event(other, 0);
    expect(await verifyChain(db.current, { vaultId: vault, anchors })).toMatchObject({
      length: 6,
      problems: [],
    });
    expect(await places(other)).toEqual([3]);
    expect(await verifyChain(db.current, { vaultId: other })).toMatchObject({ length: 3, problems: [] });
  });

  it("that are old but follow younger ones are deleted after these", async () => {
    const vault = newVault();
    for (const days of [90, 10, 80]) await event(vault, days);
    await deletePastRetention(db.current, { secretDays: 365, auditDays: 60 });
    expect(await places(vault)).toEqual([2, 3]);
    expect(await verifyChain(db.current, { vaultId: vault })).toMatchObject({ removed: 1, problems: [] });
  });

  it("are verified against an anchor at or before the last deleted event as far as possible", async () => {
    const vault = newVault();
    for (const days of [90, 80]) await event(vault, days);
    const { length, head } = await verifyChain(db.current, { vaultId: vault });
    await event(vault, 1);
    await deletePastRetention(db.current, { secretDays: 365, auditDays: 60 });
    const verified = async (anchor: { length: number; head: string }) =>
      (await verifyChain(db.current, { vaultId: vault, anchors: [{ vaultId: vault, ...anchor }] })).problems;
    expect(await verified({ length, head })).toEqual([]);
    expect(await verified({ length: 1, head: "ab".repeat(32) })).toEqual([]);
    expect(await verified({ length, head: "ab".repeat(32) })).toEqual([{ kind: "anchor", seq: 2 }]);
  });

  it("can be deleted only before the chain's start, and never changed", async () => {
    const { sql } = db.current;
    const vault = newVault();
    for (const days of [90, 80, 1]) await event(vault, days);
    await deletePastRetention(db.current, { secretDays: 365, auditDays: 85 });
    await expect(sql`DELETE FROM audit_events WHERE vault_id = ${vault}`).rejects.toMatchObject(refused);
    await expect(sql`UPDATE audit_events SET actor = NULL WHERE vault_id = ${vault}`).rejects.toMatchObject(
      refused,
    );
    const move = (seq: number, hash: Buffer | null = null) => sql`
      UPDATE audit_chain_starts s SET seq = ${seq}, hash = coalesce(${hash}::bytea, (
        SELECT hash FROM audit_events e WHERE e.vault_id = s.vault_id AND e.seq = ${seq}))
      WHERE vault_id = ${vault}`;
    await expect(move(3), "too young").rejects.toMatchObject(refused);
    await expect(move(2, Buffer.alloc(32)), "no event of its own").rejects.toMatchObject(refused);
    await expect(move(1, Buffer.alloc(32)), "not forwards").rejects.toMatchObject(refused);
    await expect(sql`DELETE FROM audit_chain_starts`).rejects.toMatchObject(refused);
    await expect(sql`TRUNCATE audit_chain_starts`).rejects.toMatchObject(refused);
    expect(await places(vault)).toEqual([2, 3]);
  });

  it("that reappear before the start are found", async () => {
    const { sql } = db.current;
    const vault = newVault();
    for (const days of [90, 80, 1]) await event(vault, days);
    await sql`CREATE TABLE kept AS SELECT * FROM audit_events WHERE vault_id = ${vault} AND seq = 1`;
    await deletePastRetention(db.current, { secretDays: 365, auditDays: 60 });
    await sql.begin(async (tx) => {
      await tx`ALTER TABLE audit_events DISABLE TRIGGER USER`;
      await tx`INSERT INTO audit_events SELECT * FROM kept`;
      await tx`ALTER TABLE audit_events ENABLE TRIGGER USER`;
    });
    await sql`DROP TABLE kept`;
    const { problems } = await verifyChain(db.current, { vaultId: vault });
    expect(problems).toEqual([{ kind: "added", count: 1 }]);
  });
});
