import { describe, expect, it, vi } from "vitest";
import { createTestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { auditOf, createSecret, createSender, endTtl, reveal, secretOf } from "../../test/factories.ts";
import { createLogger } from "../logging/log.ts";
import { openRollbackGuard } from "./rollback-guard.ts";
import type { Watermark } from "./rollback-guard-store.ts";
import { secretAvailable } from "./secret-availability.ts";
import { lockPayloads } from "./secret-store.ts";

const db = useDatabase();

async function watchedApp() {
  const warnings: string[] = [];
  const log = createLogger("warn", { write: (line: string) => warnings.push(line) });
  const rollbackGuard = await openRollbackGuard({ db: db.current, log, file: undefined });
  const app = createTestApp(db.current, { rollbackGuard });
  return { app, rollbackGuard, warnings, sender: await createSender(app) };
}

/** Makes a payload one that was stored in another line of history. */
const moveTo = (lineage: string, { id }: { id: string }) =>
  db.current.sql`UPDATE ttl_secret_payloads SET lineage = ${lineage} WHERE secret_id = ${id}`;

const INTERRUPTED = { status: "DESTROYED", destroyedReason: "INTERRUPTED" };

/** The event of what the server did without anybody's asking. */
const BY_SERVER = { action: "temporary_secret_failed", actor: "server", sourceIp: "0.0.0.0" };

describe("a database that is not where it was seen", () => {
  it("because it went back reveals nothing that was pending, and goes on with what is new", async () => {
    const { app, sender, warnings } = await watchedApp();
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
    ["fewer looks were taken at it", (seen: Watermark) => [{ ...seen, beat: seen.beat + 1 }]],
    ["it has had fewer transactions", (seen: Watermark) => [{ ...seen, xid: seen.xid + 1_000_000 }]],
    [
      "it has not noticed what it had noticed",
      (seen: Watermark) => [{ ...seen, generation: seen.generation + 1 }],
    ],
    [
      "of fewer looks, whatever was seen elsewhere since",
      (seen: Watermark) => [
        { ...seen, beat: seen.beat + 1 },
        { lineage: "elsewhere", generation: 0, beat: 0, xid: 0 },
      ],
    ],
  ])("is known by this: %s", async (_what, seenBefore) => {
    const { app, sender, rollbackGuard } = await watchedApp();
    const secret = await createSecret(app, sender);
    if (!rollbackGuard.seen) throw new Error("nothing was seen");
    for (const mark of seenBefore(rollbackGuard.seen)) rollbackGuard.observe(mark);
    expect((await reveal(app, secret)).__typename).toBe("TtlSecretNotAvailable");
    expect(await secretOf(app, sender, secret.id)).toMatchObject(INTERRUPTED);
  });

  it("because it is another line of its history has nothing to reveal from its first moment on", async () => {
    const { app, sender, rollbackGuard, warnings } = await watchedApp();
    const [stray, own] = [await createSecret(app, sender), await createSecret(app, sender)];
    await moveTo("elsewhere", stray);
    expect(await secretAvailable({ db: db.current }, stray)).toBe(false);
    expect((await reveal(app, stray)).__typename).toBe("TtlSecretNotAvailable");
    await rollbackGuard.check();
    expect(await secretOf(app, sender, stray.id)).toMatchObject(INTERRUPTED);
    expect((await auditOf(app, sender)).at(-1)).toMatchObject({ ...BY_SERVER, ttlSecretId: stray.id });
    expect(JSON.parse(warnings.at(-1) ?? "{}")).toMatchObject({
      destroyed: 1,
      msg: "the database was restored or failed over: pending secrets were destroyed",
    });
    expect((await reveal(app, own)).value).toBe("hunter2");
  });
});

it.each(["!", "zzz"])("a look ends what was stored in another line of history: %s", async (lineage) => {
  const { app, sender, rollbackGuard } = await watchedApp();
  const [stray, overdue] = [await createSecret(app, sender), await createSecret(app, sender)];
  for (const secret of [stray, overdue]) await moveTo(lineage, secret);
  await endTtl(db.current, overdue.id);
  await rollbackGuard.check();
  expect(await secretOf(app, sender, stray.id)).toMatchObject(INTERRUPTED);
  // What had expired before has expired.
  expect(await secretOf(app, sender, overdue.id)).toMatchObject({ status: "EXPIRED", destroyedReason: null });
});

it("nothing is stored while all that is pending is being destroyed", async () => {
  const { app, sender } = await watchedApp();
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

it("a reveal is remembered before it is answered, so that a database without it is noticed", async () => {
  const { app, sender, rollbackGuard } = await watchedApp();
  const secret = await createSecret(app, sender);
  const before = rollbackGuard.seen?.xid ?? 0;
  await reveal(app, secret);
  expect(rollbackGuard.seen?.xid).toBeGreaterThan(before);
});
