import { randomUUID } from "node:crypto";
import type { TransactionSql } from "postgres";
import { describe, expect, it } from "vitest";
import { createTestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { createSecret, createSender, graphql, reveal, type Sender } from "../../test/factories.ts";
import { connect } from "../db/client.ts";
import { closeInterruptedBatch } from "../secrets/attempt-store.ts";
import { insertEvents } from "./audit-store.ts";
import { verifyChain, verifyChains } from "./verify-chain.ts";

const db = useDatabase();

const newVault = () => `vault_${randomUUID().replaceAll("-", "").slice(0, 24)}`;

const anEvent = (vaultId: string) => ({
  vaultId,
  projectId: randomUUID(),
  action: "temporary_secret_create" as const,
  sourceIp: "203.0.113.7",
  actor: "ada@example.com",
  ttlSecretId: randomUUID(),
  ttlSecretName: "Database password",
});

/** A vault with this many events, stored one by one. */
async function vaultWith(count: number): Promise<string> {
  const vaultId = newVault();
  for (let i = 0; i < count; i++) await insertEvents(db.current.orm, [anEvent(vaultId)]);
  return vaultId;
}

/** Changes the log without its triggers, which only the tables' owner can do. */
async function tamper(change: (sql: TransactionSql) => Promise<unknown>): Promise<void> {
  await db.current.sql.begin(async (sql) => {
    await sql`ALTER TABLE audit_events DISABLE TRIGGER USER`;
    await sql`ALTER TABLE audit_chains DISABLE TRIGGER USER`;
    await change(sql);
    await sql`ALTER TABLE audit_events ENABLE TRIGGER USER`;
    await sql`ALTER TABLE audit_chains ENABLE TRIGGER USER`;
  });
}

const problemsOf = async (vaultId: string) => (await verifyChain(db.current, { vaultId })).problems;

/** Inserts a copy of the event at `seq` after it, and moves the following events. */
async function insertAfter(sql: TransactionSql, vaultId: string, seq: number, hash: Buffer): Promise<void> {
  // In two steps: places must be unique at every moment.
  await sql`UPDATE audit_events SET seq = -seq - 1 WHERE vault_id = ${vaultId} AND seq > ${seq}`;
  await sql`UPDATE audit_events SET seq = -seq WHERE vault_id = ${vaultId} AND seq < 0`;
  await sql`
    INSERT INTO audit_events SELECT gen_random_uuid(), vault_id, project_id, action, at, source_ip, actor, ttl_secret_id,
      ttl_secret_name, seq + 1, ${hash}, details FROM audit_events WHERE vault_id = ${vaultId} AND seq = ${seq}`;
}

describe("a vault's chain of audit events", () => {
  it("is valid after any number of events, with its length and head in the report", async () => {
    const vaultId = await vaultWith(5);
    const report = await verifyChain(db.current, { vaultId });
    expect(report).toMatchObject({ vaultId, length: 5, problems: [] });
    const [last] = await db.current.sql`
      SELECT encode(hash, 'hex') AS hash FROM audit_events WHERE vault_id = ${vaultId} AND seq = 5`;
    expect(report.head).toBe(last?.hash);
  });

  it("is valid for a vault without events", async () => {
    expect(await verifyChain(db.current, { vaultId: newVault() })).toMatchObject({ length: 0, problems: [] });
  });

  it("is valid with any text in the events, including text that resembles other fields", async () => {
    const vaultId = newVault();
    const texts = ["", "-", "1:x,-", ",", "héllo 🗝️\n\t'\"\\", "x".repeat(200), null];
    const events = texts.flatMap((actor) =>
      texts.map((ttlSecretName) => ({ ...anEvent(vaultId), actor, ttlSecretName })),
    );
    await insertEvents(db.current.orm, [
      ...events,
      { ...anEvent(vaultId), sourceIp: "2001:db8::1", ttlSecretId: null },
    ]);
    await db.current.sql`
      INSERT INTO audit_events (id, vault_id, project_id, action, source_ip, at)
      VALUES (${randomUUID()}, ${vaultId}, ${randomUUID()}, 'temporary_secret_failed', '::ffff:10.0.0.0/104', '0044-03-15 BC')`;
    expect(await verifyChain(db.current, { vaultId })).toMatchObject({ length: 51, problems: [] });
  });

  it("hashes differently when a text is in another field or split differently", async () => {
    const rows = await db.current.sql`
      SELECT DISTINCT audit_event_hash('', 1, ROW('00000000-0000-4000-8000-000000000000', 'v',
        '00000000-0000-4000-8000-000000000000', 'a', 'epoch', '::1', actor, NULL, name, 0, NULL, details)::audit_events) AS hash
      FROM (VALUES ('x', 'y', NULL), ('xy', '', NULL), ('', 'xy', NULL), ('x,1:y', NULL, NULL), (NULL, 'x,1:y', NULL),
        ('-', NULL, NULL), (NULL, '-', NULL), (NULL, NULL, NULL), (NULL, NULL, ''), (NULL, NULL, '-'), (NULL, '', ''),
        (NULL, 'x', 'y'), ('x', NULL, 'y'), (NULL, 'x,1:y', '')) AS texts(actor, name, details)`;
    expect(rows).toHaveLength(14);
  });

  it("does not depend on the time zone or date style of the session that writes", async () => {
    const vaultId = newVault();
    for (const [zone, style] of [
      ["Asia/Kathmandu", "SQL, DMY"],
      ["America/St_Johns", "German"],
    ] as const) {
      await db.current.sql.begin(async (sql) => {
        await sql`SELECT set_config('TimeZone', ${zone}, true), set_config('DateStyle', ${style}, true)`;
        await sql`
          INSERT INTO audit_events (id, vault_id, project_id, action, source_ip)
          VALUES (${randomUUID()}, ${vaultId}, ${randomUUID()}, 'temporary_secret_viewed', '::1')`;
      });
    }
    expect(await problemsOf(vaultId)).toEqual([]);
  });

  it("ignores a place or hash given in an INSERT", async () => {
    const vaultId = await vaultWith(1);
    const [row] = await db.current.sql`
      INSERT INTO audit_events (id, vault_id, project_id, action, source_ip, seq, hash)
      VALUES (${randomUUID()}, ${vaultId}, ${randomUUID()}, 'temporary_secret_viewed', '::1', 77, decode(repeat('ab', 32), 'hex'))
      RETURNING seq::int AS seq`;
    expect(row?.seq).toBe(2);
    expect(await problemsOf(vaultId)).toEqual([]);
  });

  it("is protected by the database: its end can't be deleted or truncated, and a failed event does not extend it", async () => {
    const { sql } = db.current;
    const vaultId = await vaultWith(2);
    await expect(sql`DELETE FROM audit_chains`).rejects.toMatchObject({ code: "42501" });
    await expect(sql`TRUNCATE audit_chains`).rejects.toMatchObject({ code: "42501" });
    await expect(
      insertEvents(db.current.orm, [{ ...anEvent(vaultId), sourceIp: "nowhere" }]),
    ).rejects.toThrow();
    expect(await verifyChain(db.current, { vaultId })).toMatchObject({ length: 2, problems: [] });
  });
});

describe("verification finds", () => {
  it.each([
    ["id", "gen_random_uuid()"],
    ["project_id", "gen_random_uuid()"],
    ["action", "'temporary_secret_viewed'"],
    ["at", "at + interval '1 millisecond'"],
    ["at", "at - interval '4100 years'"],
    ["source_ip", "'203.0.113.8'"],
    ["source_ip", "'203.0.113.7/24'"],
    ["actor", "'eve@example.com'"],
    ["actor", "NULL"],
    ["ttl_secret_id", "NULL"],
    ["ttl_secret_name", "''"],
    ["ttl_secret_name", "ttl_secret_name || ' '"],
    ["hash", "decode(repeat('ab', 32), 'hex')"],
  ])("an event whose %s was edited to %s", async (column, value) => {
    const vaultId = await vaultWith(4);
    await tamper((sql) =>
      sql.unsafe(`UPDATE audit_events SET ${column} = ${value} WHERE vault_id = $1 AND seq = 2`, [vaultId]),
    );
    expect(await problemsOf(vaultId)).toContainEqual({ kind: "changed", seq: 2 });
  });

  it.each(["NULL", "''", `'{"reason":"interrupted"}'`, `details || ' '`])(
    "an event whose details were edited to %s",
    async (value) => {
      const vaultId = newVault();
      const details = { reason: "wrong_passphrase" as const };
      const failed = { ...anEvent(vaultId), action: "temporary_secret_failed" as const, details };
      await insertEvents(db.current.orm, [anEvent(vaultId), failed, anEvent(vaultId)]);
      expect(await problemsOf(vaultId)).toEqual([]);
      await tamper((sql) =>
        sql.unsafe(`UPDATE audit_events SET details = ${value} WHERE vault_id = $1 AND seq = 2`, [vaultId]),
      );
      expect(await problemsOf(vaultId)).toEqual([{ kind: "changed", seq: 2 }]);
    },
  );

  it("an event of before there were details to which some were added", async () => {
    const vaultId = await vaultWith(3);
    await tamper(
      (sql) =>
        sql`UPDATE audit_events SET details = '{"reason":"interrupted"}' WHERE vault_id = ${vaultId} AND seq = 2`,
    );
    expect(await problemsOf(vaultId)).toEqual([{ kind: "changed", seq: 2 }]);
  });

  it("an event that was edited and hashed again, as the next one does not follow from it", async () => {
    const vaultId = await vaultWith(4);
    await tamper(async (sql) => {
      await sql`UPDATE audit_events SET actor = 'eve' WHERE vault_id = ${vaultId} AND seq = 2`;
      await sql`
        UPDATE audit_events e SET hash = audit_event_hash(p.hash, 2, e) FROM audit_events p
        WHERE e.vault_id = ${vaultId} AND e.seq = 2 AND p.vault_id = ${vaultId} AND p.seq = 1`;
    });
    expect(await problemsOf(vaultId)).toEqual([{ kind: "changed", seq: 3 }]);
  });

  it("an event moved to another vault, in both vaults", async () => {
    const [from, to] = [await vaultWith(3), await vaultWith(1)];
    await tamper(
      (sql) => sql`UPDATE audit_events SET vault_id = ${to}, seq = 2 WHERE vault_id = ${from} AND seq = 3`,
    );
    expect(await problemsOf(from)).toEqual([{ kind: "missing", from: 3, to: 3 }]);
    expect(await problemsOf(to)).toEqual([{ kind: "added", count: 1 }]);
  });

  it.each([
    { where: "at the start", gone: [1], missing: [[1, 1]] },
    {
      where: "in the middle",
      gone: [2, 3, 5],
      missing: [
        [2, 3],
        [5, 5],
      ],
    },
    { where: "at the end", gone: [5, 6], missing: [[5, 6]] },
    { where: "all of them", gone: [1, 2, 3, 4, 5, 6], missing: [[1, 6]] },
  ])("removed events: $where", async ({ gone, missing }) => {
    const vaultId = await vaultWith(6);
    await tamper((sql) => sql`DELETE FROM audit_events WHERE vault_id = ${vaultId} AND seq IN ${sql(gone)}`);
    expect(await problemsOf(vaultId)).toEqual(missing.map(([from, to]) => ({ kind: "missing", from, to })));
  });

  it("a removed event whose gap was closed", async () => {
    const vaultId = await vaultWith(5);
    await tamper(async (sql) => {
      await sql`DELETE FROM audit_events WHERE vault_id = ${vaultId} AND seq = 2`;
      for (const seq of [3, 4, 5]) {
        await sql`UPDATE audit_events SET seq = seq - 1 WHERE vault_id = ${vaultId} AND seq = ${seq}`;
      }
      await sql`UPDATE audit_chains SET length = 4 WHERE vault_id = ${vaultId}`;
    });
    expect(await problemsOf(vaultId)).toContainEqual({ kind: "changed", seq: 2 });
  });

  it("removed last events, even if the chain's length was reduced", async () => {
    const vaultId = await vaultWith(5);
    await tamper(async (sql) => {
      await sql`DELETE FROM audit_events WHERE vault_id = ${vaultId} AND seq > 3`;
      await sql`UPDATE audit_chains SET length = 3 WHERE vault_id = ${vaultId}`;
    });
    expect(await problemsOf(vaultId)).toEqual([{ kind: "end" }]);
  });

  it("a chain whose stored end was deleted", async () => {
    const vaultId = await vaultWith(3);
    await tamper((sql) => sql`DELETE FROM audit_chains WHERE vault_id = ${vaultId}`);
    expect(await problemsOf(vaultId)).toEqual([{ kind: "added", count: 3 }]);
  });

  it("inserted events: between others, after the last, before the first", async () => {
    const [between, after, before] = [await vaultWith(4), await vaultWith(4), await vaultWith(4)];
    const hash = Buffer.alloc(32, 1);
    await tamper(async (sql) => {
      await insertAfter(sql, between, 2, hash);
      await insertAfter(sql, after, 4, hash);
      await insertAfter(sql, before, 4, hash);
      await sql`UPDATE audit_events SET seq = 0 WHERE vault_id = ${before} AND seq = 5`;
    });
    expect(await problemsOf(between)).toContainEqual({ kind: "changed", seq: 3 });
    expect(await problemsOf(after)).toEqual([{ kind: "added", count: 1 }]);
    expect(await problemsOf(before)).toEqual([{ kind: "added", count: 1 }]);
  });

  it("events that changed places", async () => {
    const vaultId = await vaultWith(5);
    await tamper(async (sql) => {
      for (const [from, to] of [
        [2, 9],
        [3, 2],
        [9, 3],
      ]) {
        await sql`UPDATE audit_events SET seq = ${to ?? 0} WHERE vault_id = ${vaultId} AND seq = ${from ?? 0}`;
      }
    });
    const problems = await problemsOf(vaultId);
    expect(problems).toContainEqual({ kind: "changed", seq: 2 });
    expect(problems).toContainEqual({ kind: "changed", seq: 3 });
  });

  it("a chain rewritten as a whole only with an anchor that was kept elsewhere", async () => {
    const vaultId = await vaultWith(4);
    const anchor = await verifyChain(db.current, { vaultId });
    await insertEvents(db.current.orm, [anEvent(vaultId)]);
    expect((await verifyChain(db.current, { vaultId, anchors: [anchor] })).problems).toEqual([]);
    await tamper(async (sql) => {
      await sql`UPDATE audit_events SET actor = 'eve' WHERE vault_id = ${vaultId} AND seq = 2`;
      for (const seq of [2, 3, 4, 5]) {
        await sql`
          UPDATE audit_events e SET hash = audit_event_hash(p.hash, e.seq, e) FROM audit_events p
          WHERE e.vault_id = ${vaultId} AND e.seq = ${seq} AND p.vault_id = ${vaultId} AND p.seq = e.seq - 1`;
      }
      await sql`
        UPDATE audit_chains SET head = (SELECT hash FROM audit_events WHERE vault_id = ${vaultId} AND seq = 5)
        WHERE vault_id = ${vaultId}`;
    });
    expect(await problemsOf(vaultId)).toEqual([]);
    expect((await verifyChain(db.current, { vaultId, anchors: [anchor] })).problems).toEqual([
      { kind: "anchor", seq: 4 },
    ]);
  });

  it("a chain that is shorter than its anchor, or deleted", async () => {
    const anchor = { vaultId: await vaultWith(2), length: 3, head: "00" };
    expect((await verifyChain(db.current, { vaultId: anchor.vaultId, anchors: [anchor] })).problems).toEqual([
      { kind: "anchor", seq: 3 },
    ]);
    const lost = { vaultId: newVault(), length: 1, head: "00" };
    const found = new Map<string, unknown>();
    for await (const { vaultId, problems } of verifyChains(db.current, { anchors: [lost] })) {
      found.set(vaultId, problems);
    }
    expect(found.get(lost.vaultId)).toEqual([{ kind: "anchor", seq: 1 }]);
  });
});

describe("under load", { timeout: 120_000 }, () => {
  it("events from many connections of two pools form one chain per vault", async () => {
    const pools = [connect(db.current.url, 8), connect(db.current.url, 8)];
    const vaults = [newVault(), newVault(), newVault()];
    await Promise.all(
      Array.from({ length: 300 }, (_, i) =>
        insertEvents(pools[i % 2]?.orm ?? db.current.orm, [anEvent(vaults[i % 3] ?? "")]),
      ),
    );
    await Promise.all(pools.map((pool) => pool.close()));
    for (const vaultId of vaults) {
      expect(await verifyChain(db.current, { vaultId })).toMatchObject({ length: 100, problems: [] });
    }
  });

  it("parallel reveals, revokes and a project's deletion finish without deadlock and leave valid chains", async () => {
    const app = createTestApp(db.current);
    const senders = [await createSender(app), await createSender(app)];
    for (const sender of senders) {
      const secrets = await Promise.all(Array.from({ length: 12 }, () => createSecret(app, sender)));
      const answers = await Promise.all(
        secrets.map((secret, i) =>
          i % 4 === 3
            ? graphql(
                app,
                "mutation ($id: ID!) { revokeTtlSecret(id: $id) { status } }",
                { id: secret.id },
                sender,
              )
            : reveal(app, i % 4 === 2 ? { ...secret, passphrase: "wrong" } : secret),
        ),
      );
      expect(answers.map((a) => a.__typename ?? a.data.revokeTtlSecret.status).toSorted()).toEqual([
        ...Array(3).fill("REVOKED"),
        ...Array(3).fill("TtlSecretDestroyed"),
        ...Array(6).fill("TtlSecretRevealed"),
      ]);
      expect(await verifyChain(db.current, sender)).toMatchObject({ length: 24, problems: [] });
    }
    const [sender] = senders;
    if (!sender) throw new Error("no sender");
    const secrets = await Promise.all(Array.from({ length: 12 }, () => createSecret(app, sender)));
    const [deleted, ...answers] = await Promise.all([
      graphql(app, "mutation ($id: ID!) { deleteProject(id: $id) }", { id: sender.projectId }, sender),
      ...secrets.map((secret) => reveal(app, secret)),
    ]);
    expect(deleted.data.deleteProject).toBe(sender.projectId);
    const isOutcome = /^TtlSecret(Revealed|NotAvailable|Destroyed)$/;
    expect(answers.filter(({ __typename }) => !isOutcome.test(__typename))).toEqual([]);
    expect(await problemsOf(sender.vaultId)).toEqual([]);
  });

  it("sweeps of two processes that close attempts in many vaults never deadlock", async () => {
    const app = createTestApp(db.current);
    const senders = await Promise.all(Array.from({ length: 6 }, () => createSender(app)));
    const pools = [connect(db.current.url, 4), connect(db.current.url, 4)];
    for (let round = 0; round < 2; round++) {
      const secrets = await Promise.all(
        Array.from({ length: 30 }, (_, i) => createSecret(app, senders[i % 6] as Sender)),
      );
      const ids = secrets.map(({ id }) => id);
      await db.current.sql`DELETE FROM ttl_secret_payloads WHERE secret_id IN ${db.current.sql(ids)}`;
      await db.current.sql`
        UPDATE ttl_secrets SET status = 'destroyed', destroyed_reason = 'interrupted', ended_at = now() - interval '2 minutes',
          attempted_from = '::1' WHERE id IN ${db.current.sql(ids)}`;
      const closed = await Promise.all(
        Array.from({ length: 6 }, (_, i) => closeInterruptedBatch(pools[i % 2] ?? db.current, 5)),
      );
      expect(closed.reduce((sum, n) => sum + n)).toBe(30);
    }
    await Promise.all(pools.map((pool) => pool.close()));
    for (const sender of senders) {
      expect(await verifyChain(db.current, sender)).toMatchObject({ length: 20, problems: [] });
    }
  });
});
