import { afterEach, describe, expect, it, vi } from "vitest";
import { createTestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { createSender, storeExpired } from "../../test/factories.ts";
import { noRollbackGuard } from "../../test/no-rollback-guard.ts";
import { createLogger } from "../logging/log.ts";
import type { OnBatch } from "./batches.ts";
import { type Sweep, startSweep } from "./sweep.ts";

const db = useDatabase();

/** Long enough to be the only run of a test. */
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

/** A clock that goes on only where the test says so. */
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

describe("a sweep with much to do", () => {
  it("ends with the batch under way when it is stopped, and leaves the rest to the next one", async () => {
    await storeMany(3000);
    const stopped = Promise.withResolvers<void>();
    const sweep = start(() => stopped.resolve(sweep.stop()));
    await stopped.promise;
    expect(await expired()).toBe(2000);
  });

  it("counts as recent for as long as it gets on", async () => {
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
  it("does not count as recent for what it did before it failed", async () => {
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
