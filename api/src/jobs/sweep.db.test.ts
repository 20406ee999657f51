import { setTimeout } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
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
import { noRollbackGuard } from "../../test/no-rollback-guard.ts";
import { hashToken } from "../crypto/token.ts";
import { createLogger } from "../logging/log.ts";
import { claim, settle } from "../secrets/attempt-store.ts";
import type { OnBatch } from "./batches.ts";
import { expireSecrets, type Sweep, startSweep, sweepOnce } from "./sweep.ts";

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
    seen: undefined,
  });
  expect(result.kind).toBe("claimed");
}

describe("the sweep", () => {
  it("removes the payload of every secret past its TTL and marks it expired at its expiry", async () => {
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

  it("leaves pending secrets alone", async () => {
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

  it("reports the kind and the number of rows of each batch", async () => {
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

  it("writes the audit event of an interrupted attempt, with its source address", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const secret = await createSecret(app, sender);
    await claimAndDie(app, secret);
    const state = async () => {
      const { status, destroyedReason, endedAt } = await secretOf(app, sender, secret.id);
      return { status, destroyedReason, hasEnded: endedAt !== null };
    };
    const settleAsViewed = () =>
      settle(db.current, { secretId: secret.id, status: "viewed", reason: null }, noRollbackGuard.observe);
    // No final status while the attempt may still be settled…
    expect(await state()).toEqual({ status: "PENDING", destroyedReason: null, hasEnded: false });
    await db.current.sql`UPDATE ttl_secrets SET ended_at = now() - interval '60 s' WHERE id = ${secret.id}`;
    // …and a final one after that, swept or not.
    expect(await state()).toEqual({ status: "DESTROYED", destroyedReason: "INTERRUPTED", hasEnded: true });
    expect(await settleAsViewed()).toBe(false);
    expect(await expireSecrets({ db: db.current })).toEqual({ expired: 0, interrupted: 1 });
    expect(await expireSecrets({ db: db.current })).toEqual({ expired: 0, interrupted: 0 });
    const events = await auditOf(app, sender);
    expect(events).toHaveLength(2);
    expect(events.at(-1)).toMatchObject({
      action: "temporary_secret_failed",
      sourceIp: "192.0.2.9",
      actor: null,
      reason: "interrupted",
    });
    expect(await settleAsViewed()).toBe(false);
  });

  it("skips rows that another process has locked, without waiting", async () => {
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

  it("does not close an attempt in progress", async () => {
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
    expect(
      await settle(
        db.current,
        { secretId: secret.id, status: "viewed", reason: null },
        noRollbackGuard.observe,
      ),
    ).toBe(true);
    // It ends when it is settled, not when it was claimed.
    const [settled] = await endedAt();
    expect(settled.endedAt > claimed.endedAt).toBe(true);
  });
});

/** Long enough that a test sees one run only. */
const INTERVAL_SECONDS = 60;

const log = createLogger("fatal", { write: () => {} });

function start(onBatch: OnBatch = () => {}, rateLimits = { sweep: async () => {} }): Sweep {
  const retention = { secretDays: 365 };
  const deps = { db: db.current, rateLimits, rollbackGuard: noRollbackGuard, log, retention, onBatch };
  return startSweep(deps, INTERVAL_SECONDS);
}

const storeMany = async (count: number) =>
  storeExpired(db.current, await createSender(createTestApp(db.current)), count);

const expired = async () => {
  const [{ count }] = await db.current.sql<[{ count: number }]>`
    SELECT count(*)::int AS count FROM ttl_secret_payloads WHERE expires_at <= now()`;
  return count;
};

/** Stops the clock. It advances only by `forward`. */
function stopClock() {
  let ms = 0;
  vi.spyOn(performance, "now").mockImplementation(() => ms);
  return {
    forward: (seconds: number) => {
      ms += seconds * 1000;
    },
  };
}

afterEach(async () => {
  vi.restoreAllMocks();
  await db.current.sql`DELETE FROM ttl_secret_payloads`;
});

describe("a sweep of a backlog", () => {
  it("stops after the current batch and leaves the rest to the next sweep", async () => {
    await storeMany(3000);
    const stopped = Promise.withResolvers<void>();
    const sweep = start(() => stopped.resolve(sweep.stop()));
    await stopped.promise;
    expect(await expired()).toBe(2000);
    // Longer than the longest rest and the batch that would follow it.
    await setTimeout(2_500);
    expect(await expired()).toBe(2000);
  });

  it("passes its stop signal on to the rollback guard", async () => {
    const { signal } = new AbortController();
    const rollbackGuard = { ...noRollbackGuard, check: vi.fn(async () => {}) };
    const rateLimits = { sweep: async () => {} };
    await sweepOnce({
      db: db.current,
      rateLimits,
      rollbackGuard,
      retention: { secretDays: 365 },
      signal,
    });
    expect(rollbackGuard.check).toHaveBeenCalledWith({ signal });
  });

  it("counts as recent while it makes progress", async () => {
    await storeMany(4000);
    const clock = stopClock();
    const recent: boolean[] = [];
    const done = Promise.withResolvers<void>();
    const sweep = start((what) => {
      recent.push(sweep.isRecent());
      clock.forward(100);
      if (what === "sign-in counters") done.resolve();
    });
    await done.promise;
    await sweep.stop();
    expect(recent.slice(0, 5)).toEqual([true, true, true, true, true]);
  });
});

describe("a sweep that fails", () => {
  it("does not count as recent because of what it did before it failed", async () => {
    await storeMany(10);
    const clock = stopClock();
    const failed = Promise.withResolvers<void>();
    const failing = async () => {
      failed.resolve();
      throw new Error("the database is away");
    };
    const sweep = start(() => clock.forward(200), { sweep: failing });
    await failed.promise;
    expect(sweep.isRecent()).toBe(false);
    await sweep.stop();
  });
});
