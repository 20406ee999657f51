import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { migrate } from "@ttl-secrets/drizzle/migrate";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createTestApp, testKeyRing } from "../../test/app.ts";
import { DebianServer, hasDebianPostgres, postgresProgram } from "../../test/debian-postgres.ts";
import { auditOf, createSecret, createSender, reveal, secretOf } from "../../test/factories.ts";
import { noRollbackGuard } from "../../test/no-rollback-guard.ts";
import { destroyPending } from "../admin/destroy-pending.ts";
import { verifyChain } from "../audit/verify-chain.ts";
import { hashToken } from "../crypto/token.ts";
import { connect, type Database } from "../db/client.ts";
import { createLogger } from "../logging/log.ts";
import { claim, findPayload, settle } from "./attempt-store.ts";
import { openRollbackGuard, type RollbackGuard } from "./rollback-guard.ts";

const silent = createLogger("silent");
const keyRing = testKeyRing("k1");
const SECONDS = 1000;

/** Runs after each test, the last one first. */
const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

function connectTo(url: string): Database {
  const db = connect(url, 4);
  undo.push(() => db.sql.end({ timeout: 0 }));
  return db;
}

const appOn = (db: Database, rollbackGuard: RollbackGuard = noRollbackGuard) =>
  createTestApp(db, { keyRing, rollbackGuard });

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await condition().catch(() => false)) return;
    await setTimeout(50);
  }
  throw new Error("waited in vain");
}

const answers = (db: Database) => until(async () => (await db.sql`SELECT 1`).length === 1);

/** Waits until the standby has replayed all that the primary has written. */
async function caughtUp(primary: Database, standby: Database): Promise<void> {
  const [row] = await primary.sql<[{ lsn: string }]>`SELECT pg_current_wal_lsn()::text AS lsn`;
  await until(async () => {
    const [there] = await standby.sql<[{ ok: boolean }]>`
      SELECT pg_last_wal_replay_lsn() >= ${row.lsn}::pg_lsn AS ok`;
    return there.ok;
  });
}

describe.skipIf(!hasDebianPostgres)("on real PostgreSQL servers", () => {
  let primary: DebianServer;
  beforeAll(async () => {
    primary = await DebianServer.create();
    await migrate(primary.url);
  }, 120 * SECONDS);
  afterAll(() => primary?.remove(), 60 * SECONDS);

  it(
    "a restored dump reveals nothing: its pending secrets end as destroyed",
    async () => {
      const db = connectTo(primary.url);
      const app = appOn(db);
      const sender = await createSender(app);
      const [secret, used] = [await createSecret(app, sender), await createSecret(app, sender)];
      await reveal(app, used);
      const dump = join(primary.folder, "dump");
      await postgresProgram("pg_dump", "-Fc", "-f", dump, primary.url);
      await reveal(app, secret);

      await db.sql`CREATE DATABASE restored`;
      const url = primary.url.replace(/postgres$/, "restored");
      await postgresProgram("pg_restore", "-d", url, dump);
      const restored = connectTo(url);
      const there = createTestApp(restored, { keyRing });
      // The backup has it pending, with all that would open it.
      expect(await restored.sql`SELECT 1 FROM ttl_secret_payloads`).toHaveLength(1);
      expect(await findPayload(restored, { ...secret, tokenHash: hashToken(secret.token) })).toBeUndefined();
      for (const each of [secret, used]) {
        expect((await reveal(there, each)).__typename).toBe("TtlSecretNotAvailable");
      }

      await openRollbackGuard({ db: restored, log: silent, file: undefined });
      expect(await restored.sql`SELECT 1 FROM ttl_secret_payloads`).toHaveLength(0);
      const [row] = await restored.sql`
      SELECT status, destroyed_reason, (SELECT string_agg(action || ' ' || host(source_ip) || ' ' || actor, ',')
        FROM audit_events WHERE ttl_secret_id = s.id AND action <> 'temporary_secret_create') AS events
      FROM ttl_secrets s WHERE id = ${secret.id}`;
      expect(row).toEqual({
        status: "destroyed",
        destroyed_reason: "interrupted",
        events: "temporary_secret_failed 0.0.0.0 server",
      });
      expect((await verifyChain(restored, sender)).problems).toEqual([]);
    },
    120 * SECONDS,
  );

  it.each<
    [string, { isRecovered: boolean; notice: (there: Database, lastSeen: string) => Promise<unknown> }]
  >([
    [
      "recovered from an archive, by its own history, from its first moment on",
      { isRecovered: true, notice: async () => {} },
    ],
    [
      "as it is, by the watermark file",
      {
        isRecovered: false,
        notice: (there, lastSeen) => openRollbackGuard({ db: there, log: silent, file: lastSeen }),
      },
    ],
    [
      "as it is, by `pnpm admin destroy-pending` before any server starts",
      { isRecovered: false, notice: (there) => destroyPending({ db: there }, {}) },
    ],
  ])(
    "a base backup started as another server reveals nothing twice: %s",
    async (_how, { isRecovered, notice }) => {
      const folder = await mkdtemp(join(tmpdir(), "ttl-secrets-last-seen-"));
      undo.push(() => rm(folder, { recursive: true, force: true }));
      const lastSeen = join(folder, "last-seen");
      const db = connectTo(primary.url);
      const rollbackGuard = await openRollbackGuard({ db, log: silent, file: lastSeen });
      const app = appOn(db, rollbackGuard);
      const sender = await createSender(app);
      const [before, since, never] = [
        await createSecret(app, sender),
        await createSecret(app, sender),
        await createSecret(app, sender),
      ];
      expect((await reveal(app, before)).value).toBe("hunter2");
      const restored = await DebianServer.restoredFrom(primary, { isRecovered });
      undo.push(() => restored.remove());
      expect((await reveal(app, since)).value).toBe("hunter2");
      await rollbackGuard.check();

      await restored.start();
      const there = connectTo(restored.url);
      await until(async () => (await there.sql`SELECT pg_is_in_recovery() AS is`)[0]?.is === false);
      // The backup has both, with all that would open them.
      const pending = await there.sql`
        SELECT 1 FROM ttl_secret_payloads WHERE secret_id IN (${since.id}, ${never.id})`;
      expect(pending).toHaveLength(2);
      await notice(there, lastSeen);
      const after = appOn(there);
      for (const secret of [before, since, never]) {
        expect((await reveal(after, secret)).__typename).toBe("TtlSecretNotAvailable");
      }

      await openRollbackGuard({ db: there, log: silent, file: lastSeen });
      expect(await there.sql`SELECT 1 FROM ttl_secret_payloads`).toHaveLength(0);
      const session = await createSender(after);
      const statuses = await there.sql`
        SELECT status, destroyed_reason AS reason FROM ttl_secrets
        WHERE id IN (${before.id}, ${since.id}, ${never.id}) ORDER BY status`;
      expect([...statuses]).toEqual([
        { status: "destroyed", reason: "interrupted" },
        { status: "destroyed", reason: "interrupted" },
        { status: "viewed", reason: null },
      ]);
      expect((await verifyChain(there, sender)).problems).toEqual([]);
      const fresh = await createSecret(after, session);
      expect((await reveal(after, fresh)).value).toBe("hunter2");
    },
    120 * SECONDS,
  );

  it(
    "restored files are detected, by a running process and by one that starts",
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "ttl-secrets-last-seen-"));
      undo.push(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
      const file = join(folder, "last-seen");
      const db = connectTo(primary.url);
      const rollbackGuard = await openRollbackGuard({ db, log: silent, file });
      const app = appOn(db, rollbackGuard);
      const sender = await createSender(app);
      const secrets = [];
      for (let i = 0; i < 3; i++) secrets.push(await createSecret(app, sender));
      const [control, first, second] = secrets;
      if (!control || !first || !second) throw new Error("no secrets");
      await primary.stop();
      const putBack = await primary.copyFiles();
      await primary.start();
      await answers(db);
      for (const secret of secrets) expect((await reveal(app, secret)).value).toBe("hunter2");
      await rollbackGuard.check();

      await primary.stop("immediate");
      await putBack();
      await primary.start();
      await answers(db);
      // Without the guard the secret is revealed a second time: the copy is real.
      expect((await reveal(appOn(db), control)).value).toBe("hunter2");
      expect((await reveal(app, first)).__typename).toBe("TtlSecretNotAvailable");
      const [row] =
        await db.sql`SELECT status, destroyed_reason AS reason FROM ttl_secrets WHERE id = ${first.id}`;
      expect(row).toEqual({ status: "destroyed", reason: "interrupted" });
      // New secrets work.
      expect((await reveal(app, await createSecret(app, sender))).value).toBe("hunter2");

      await primary.stop("immediate");
      await putBack();
      await primary.start();
      await answers(db);
      const started = appOn(db, await openRollbackGuard({ db, log: silent, file }));
      expect((await reveal(started, second)).__typename).toBe("TtlSecretNotAvailable");
      expect(await db.sql`SELECT 1 FROM ttl_secret_payloads`).toHaveLength(0);
    },
    120 * SECONDS,
  );

  it(
    "a synchronous standby that stalls: no plaintext whose destruction has not reached it",
    async () => {
      const standby = await DebianServer.standbyOf(primary);
      undo.push(() => standby.remove());
      const db = connectTo(primary.url);
      const admin = connectTo(primary.url);
      const app = appOn(db);
      const sender = await createSender(app);
      const [one, two] = [await createSecret(app, sender), await createSecret(app, sender)];
      await admin.sql`ALTER SYSTEM SET synchronous_standby_names = '*'`;
      await admin.sql`SELECT pg_reload_conf()`;
      undo.push(async () => {
        await admin.sql`ALTER SYSTEM RESET synchronous_standby_names`;
        await admin.sql`SELECT pg_reload_conf()`;
      });
      await until(async () => {
        const [row] = await admin.sql`SELECT sync_state FROM pg_stat_replication`;
        return row?.sync_state === "sync";
      });
      const [receiver] = await connectTo(standby.url).sql`SELECT pid FROM pg_stat_wal_receiver`;
      const pid = Number(receiver?.pid);

      /** Stalls a commit on the standby, cancels its wait, and returns the outcome. */
      const stalled = async <T>(work: () => Promise<T>): Promise<T | "refused"> => {
        process.kill(pid, "SIGSTOP");
        try {
          const outcome = work().catch((): "refused" => "refused");
          await until(async () => {
            const cancelled = await admin.sql`
            SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`;
            return cancelled.length > 0;
          });
          return await outcome;
        } finally {
          process.kill(pid, "SIGCONT");
        }
      };
      const services = { sourceIp: "192.0.2.1", kids: ["k1"], seen: noRollbackGuard.seen };
      // The claim's commit: PostgreSQL calls it a success, with a warning.
      const attempt = { ...services, vaultId: one.vaultId, tokenHash: hashToken(one.token) };
      expect(await stalled(() => claim(db, attempt))).toBe("refused");
      expect((await reveal(app, one)).__typename).toBe("TtlSecretNotAvailable");
      // The settlement's.
      const claimed = await claim(db, { ...attempt, tokenHash: hashToken(two.token) });
      expect(claimed.kind).toBe("claimed");
      const outcome = { secretId: two.id, status: "viewed" as const, reason: null };
      expect(await stalled(() => settle(db, outcome, noRollbackGuard.observe))).toBe("refused");
      // Works again once the standby is back.
      const third = await createSecret(app, sender);
      expect((await reveal(app, third)).value).toBe("hunter2");
    },
    120 * SECONDS,
  );

  it(
    "a promoted standby that missed the last commits reveals nothing that was pending, from its first moment on",
    async () => {
      const standby = await DebianServer.standbyOf(primary);
      undo.push(() => standby.remove());
      const db = connectTo(primary.url);
      const there = connectTo(standby.url);
      const app = appOn(db);
      const sender = await createSender(app);
      const secrets = [];
      for (let i = 0; i < 5; i++) secrets.push(await createSecret(app, sender));
      await caughtUp(db, there);
      await standby.stop();
      for (const secret of secrets) expect((await reveal(app, secret)).value).toBe("hunter2");
      await primary.stop("immediate");
      await standby.start();
      await standby.promote();
      await answers(there);

      const after = appOn(there);
      expect(await there.sql`SELECT 1 FROM ttl_secret_payloads`).toHaveLength(secrets.length);
      const again = [];
      for (const secret of secrets) again.push((await reveal(after, secret)).__typename);
      expect(again).toEqual(secrets.map(() => "TtlSecretNotAvailable"));
      process.stdout.write(
        `${secrets.length} secrets revealed, lost by failover and tried again: 0 revealed twice\n`,
      );

      await openRollbackGuard({ db: there, log: silent, file: undefined });
      const [row] = await there.sql`
      SELECT count(*)::int AS count FROM ttl_secrets WHERE status = 'destroyed' AND destroyed_reason = 'interrupted'`;
      expect(row?.count).toBeGreaterThanOrEqual(secrets.length);
      const newSender = await createSender(after);
      const fresh = await createSecret(after, newSender);
      expect((await reveal(after, fresh)).value).toBe("hunter2");
      expect((await secretOf(after, newSender, fresh.id)).status).toBe("VIEWED");
      expect(await auditOf(after, newSender)).toHaveLength(2);
    },
    120 * SECONDS,
  );
});
