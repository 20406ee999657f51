import { describe, expect, it, vi } from "vitest";
import { createTestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { auditOf, createSecret, createSender, endTtl, reveal, secretOf } from "../../test/factories.ts";
import { hashToken } from "../crypto/token.ts";
import { createLogger } from "../logging/log.ts";
import { findPayload } from "./attempt-store.ts";
import { openRollbackGuard } from "./rollback-guard.ts";
import type { Watermark } from "./rollback-guard-store.ts";
import { lockPayloads } from "./secret-store.ts";

const db = useDatabase();

async function guardedApp() {
  const warnings: string[] = [];
  const log = createLogger("warn", { write: (line: string) => warnings.push(line) });
  const rollbackGuard = await openRollbackGuard({ db: db.current, log, file: undefined });
  const app = createTestApp(db.current, { rollbackGuard });
  return { app, rollbackGuard, warnings, sender: await createSender(app) };
}

/** Makes a payload foreign: stored in another lineage. */
const moveTo = (lineage: string, { id }: { id: string }) =>
  db.current.sql`UPDATE ttl_secret_payloads SET lineage = ${lineage} WHERE secret_id = ${id}`;

const INTERRUPTED = { status: "DESTROYED", destroyedReason: "INTERRUPTED" };

/** The audit event of what the server does by itself. */
const BY_SERVER = {
  action: "temporary_secret_failed",
  actor: "server",
  sourceIp: "0.0.0.0",
  reason: "database_restored",
};

describe("a rolled-back database", () => {
  it("reveals nothing that was pending when it went back, and continues with new secrets", async () => {
    const { app, sender, warnings } = await guardedApp();
    const secret = await createSecret(app, sender);
    await db.current.sql`UPDATE database_watch SET beat = beat - 1`;
    expect((await reveal(app, secret)).__typename).toBe("TtlSecretNotAvailable");
    expect(await secretOf(app, sender, secret.id)).toMatchObject(INTERRUPTED);
    expect((await auditOf(app, sender)).at(-1)).toMatchObject({ ...BY_SERVER, ttlSecretId: secret.id });
    expect(JSON.parse(warnings.at(-1) ?? "{}")).toMatchObject({
      destroyed: 1,
      msg: "the database went back in time: all pending secrets were destroyed",
    });
    expect((await reveal(app, await createSecret(app, sender))).value).toBe("hunter2");
  });

  it.each([
    ["it has had fewer heartbeats", (seen: Watermark) => [{ ...seen, beat: seen.beat + 1 }]],
    ["it has had fewer transactions", (seen: Watermark) => [{ ...seen, xid: seen.xid + 1_000_000 }]],
    ["it lacks a generation", (seen: Watermark) => [{ ...seen, generation: seen.generation + 1 }]],
    [
      "fewer heartbeats, whatever was observed of another lineage since",
      (seen: Watermark) => [
        { ...seen, beat: seen.beat + 1 },
        { lineage: "elsewhere", generation: 0, beat: 0, xid: 0 },
      ],
    ],
  ])("is detected: %s", async (_what, seenBefore) => {
    const { app, sender, rollbackGuard } = await guardedApp();
    const secret = await createSecret(app, sender);
    if (!rollbackGuard.seen) throw new Error("nothing was seen");
    for (const mark of seenBefore(rollbackGuard.seen)) rollbackGuard.observe(mark);
    expect((await reveal(app, secret)).__typename).toBe("TtlSecretNotAvailable");
    expect(await secretOf(app, sender, secret.id)).toMatchObject(INTERRUPTED);
  });

  it("reveals nothing of another lineage, from the first moment on", async () => {
    const { app, sender, rollbackGuard, warnings } = await guardedApp();
    const [foreign, own] = [await createSecret(app, sender), await createSecret(app, sender)];
    await moveTo("elsewhere", foreign);
    expect(
      await findPayload(db.current, { ...foreign, tokenHash: hashToken(foreign.token) }),
    ).toBeUndefined();
    expect((await reveal(app, foreign)).__typename).toBe("TtlSecretNotAvailable");
    await rollbackGuard.check();
    expect(await secretOf(app, sender, foreign.id)).toMatchObject(INTERRUPTED);
    expect((await auditOf(app, sender)).at(-1)).toMatchObject({ ...BY_SERVER, ttlSecretId: foreign.id });
    expect(JSON.parse(warnings.at(-1) ?? "{}")).toMatchObject({
      destroyed: 1,
      msg: "the database was restored or failed over: pending secrets were destroyed",
    });
    expect((await reveal(app, own)).value).toBe("hunter2");
  });
});

it.each(["!", "zzz"])("a check destroys payloads of another lineage: %s", async (lineage) => {
  const { app, sender, rollbackGuard } = await guardedApp();
  const [foreign, overdue] = [await createSecret(app, sender), await createSecret(app, sender)];
  for (const secret of [foreign, overdue]) await moveTo(lineage, secret);
  await endTtl(db.current, overdue.id);
  await rollbackGuard.check();
  expect(await secretOf(app, sender, foreign.id)).toMatchObject(INTERRUPTED);
  // A secret that had expired stays expired.
  expect(await secretOf(app, sender, overdue.id)).toMatchObject({ status: "EXPIRED", destroyedReason: null });
});

it("no secret is stored while all pending ones are being destroyed", async () => {
  const { app, sender } = await guardedApp();
  let creation: Promise<unknown> = Promise.resolve();
  await db.current.sql.begin(async (sql) => {
    await lockPayloads(sql);
    creation = createSecret(app, sender);
    await vi.waitFor(async () => {
      const waiting = await db.current.sql`
        SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      expect(waiting).toHaveLength(1);
    });
  });
  await creation;
});

it("a reveal raises the watermark before its answer, so that a database without it is detected", async () => {
  const { app, sender, rollbackGuard } = await guardedApp();
  const secret = await createSecret(app, sender);
  const before = rollbackGuard.seen?.xid ?? 0;
  await reveal(app, secret);
  expect(rollbackGuard.seen?.xid).toBeGreaterThan(before);
});
