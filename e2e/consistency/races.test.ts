import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { connect, type Database } from "../../api/src/db/client.ts";
import { expireSecrets } from "../../api/src/jobs/sweep.ts";
import type { Endpoint } from "../../api/test/app.ts";
import { PUBLIC_URL } from "../../api/test/app.ts";
import { createDatabase } from "../../api/test/database.ts";
import { createProject, createSender, deleteProject, revoke, type Sender } from "../../api/test/factories.ts";
import { type ApiProcess, freshKeys, startApi } from "../support/api-process.ts";
import { databaseOf, throughBarrier } from "./barrier.ts";
import { type Attempt, brokenPromises, changedEndings, readStored, type SecretHistory } from "./history.ts";
import { keyRingOf, type PendingSecret, storePending } from "./pending-secret.ts";
import { attempt, endpointOf, WRONG } from "./recipients.ts";
import { figures, scaled } from "./scale.ts";

const SKEWED_CLOCK = new URL("./skewed-clock.ts", import.meta.url).href;
const HOUR_MS = 3_600_000;

/** Attempts in one race; half of them through each process. */
const CROWD = 100;

/** Maximum delay of an attempt after a revoke, in ms, so that either can win. */
const REVOKE_HANDICAP_MS = 80;

/** How long secrets live that are raced at the end of their TTL; longer on machines that need longer to store them. */
const SHORT_TTL_MS = 1500;

const keys = freshKeys();
const keyRing = keyRingOf(keys);
const processes: ApiProcess[] = [];
const apis: Endpoint[] = [];
const histories: SecretHistory[] = [];
let db: Database;
let removeDatabase: () => Promise<void>;
let sender: Sender;
let barriers = 0;
let crowded = 0;

/** The one and the other process in turn, so that every race is one between processes. */
const apiOf = (turn: number) => apis[turn % apis.length] as Endpoint;

// Two processes on one database, both with a clock that is an hour off, in opposite directions.
beforeAll(async () => {
  const database = await createDatabase(inject("templateName"));
  removeDatabase = database.remove;
  db = connect(database.url);
  const start = (skew: number) =>
    startApi(databaseOf(database.url, `ahead by ${skew}`), {
      ...keys,
      PUBLIC_URL,
      RATE_LIMIT_MULTIPLIER: "1000000",
      LOG_LEVEL: "warn",
      NODE_OPTIONS: `--import=${SKEWED_CLOCK}`,
      CLOCK_SKEW_MS: String(skew),
    });
  processes.push(...(await Promise.all([HOUR_MS, -HOUR_MS].map(start))));
  apis.push(...processes.map(endpointOf));
  sender = await createSender(apiOf(0));
}, 300_000);

afterAll(async () => {
  await Promise.all(processes.map((api) => api.stop()));
  await db?.close();
  await removeDatabase?.();
  const attempts = histories.flatMap((history) => history.attempts);
  const plaintexts = histories.map(
    ({ attempts: own }) => own.filter((one) => one.outcome === "revealed").length,
  );
  const total = plaintexts.reduce((sum, count) => sum + count, 0);
  const doubles = plaintexts.filter((count) => count > 1).length;
  figures(
    `races: ${histories.length} secrets, ${attempts.length} attempts, ${total} plaintexts, ${doubles} double plaintexts; at ${crowded} of ${barriers} barriers claims of both processes waited`,
  );
}, 60_000);

const store = (count: number, options?: { endsInMs: number }, project: Sender = sender) =>
  Promise.all(Array.from({ length: count }, () => storePending(db, keyRing, project, options)));

/** Runs everything and releases it once claims of both processes wait for these secrets. */
async function atOnce<T>(
  secrets: readonly PendingSecret[],
  runs: readonly (() => Promise<T>)[],
): Promise<T[]> {
  const ids = secrets.map(({ id }) => id);
  const attack = () => Promise.all(runs.map((run) => run()));
  const { result, waited } = await throughBarrier(db.sql, ids, processes.length, attack);
  barriers++;
  if (waited === processes.length) crowded++;
  return result;
}

/** Attempts through both processes in turn, some with the right passphrase, the others with a wrong one. */
const crowd = (secret: PendingSecret, { right, wrong }: { right: number; wrong: number }) => {
  const runs = Array.from(
    { length: right + wrong },
    (_, i) => () => attempt(apiOf(i), i < wrong ? { ...secret, passphrase: WRONG } : secret),
  );
  // Random order, so that the right one can be anywhere.
  return runs.toSorted(() => Math.random() - 0.5);
};

/** Checks the promises about these secrets, now and after one more attempt and a sweep. */
async function expectPromisesKept(
  raced: readonly { secret: PendingSecret; attempts: Attempt[] }[],
): Promise<void> {
  const own = raced.map(({ secret, attempts }) => ({ id: secret.id, value: secret.value, attempts }));
  const ids = own.map(({ id }) => id);
  const before = await readStored(db.sql, ids);
  expect(brokenPromises(own, before, { settled: true })).toEqual([]);
  for (const { secret, attempts } of raced) attempts.push(await attempt(apiOf(1), secret));
  await expireSecrets({ db });
  const after = await readStored(db.sql, ids);
  expect(brokenPromises(own, after, { settled: true })).toEqual([]);
  expect(changedEndings(before, after)).toEqual([]);
  histories.push(...own);
}

/** Expiry of these pending secrets by the database's clock, on the scale of `performance.now()`. */
async function readDeadlines(secrets: readonly PendingSecret[]): Promise<Map<string, number>> {
  const ids = secrets.map(({ id }) => id).join();
  const rows = await db.sql<{ id: string; msLeft: number }[]>`
    SELECT secret_id AS id, (extract(epoch FROM expires_at - clock_timestamp()) * 1000)::float8 AS "msLeft"
    FROM ttl_secret_payloads
    WHERE secret_id = ANY(string_to_array(${ids}, ',')::uuid[]) AND expires_at > clock_timestamp()`;
  const read = performance.now();
  return new Map(rows.map(({ id, msLeft }) => [id, read + msLeft]));
}

const count = (attempts: readonly Attempt[], kind: Attempt["outcome"]) =>
  attempts.filter(({ outcome }) => outcome === kind).length;

it(`of ${CROWD} right passphrases at once, exactly one opens the secret`, async () => {
  const raced = [];
  for (const secret of await store(scaled(6, 400))) {
    const attempts = await atOnce([secret], crowd(secret, { right: CROWD, wrong: 0 }));
    expect(count(attempts, "revealed")).toBe(1);
    expect(count(attempts, "destroyed")).toBe(0);
    raced.push({ secret, attempts });
  }
  await expectPromisesKept(raced);
}, 1_200_000);

it(`of ${CROWD - 1} wrong passphrases and a right one at once, exactly one is compared`, async () => {
  const raced = [];
  for (const secret of await store(scaled(6, 400))) {
    const attempts = await atOnce([secret], crowd(secret, { right: 1, wrong: CROWD - 1 }));
    expect(count(attempts, "revealed") + count(attempts, "destroyed")).toBe(1);
    raced.push({ secret, attempts });
  }
  await expectPromisesKept(raced);
}, 1_200_000);

it("of two right passphrases and a wrong one, for many secrets at once, exactly one each is compared", async () => {
  for (let round = 0; round < scaled(8, 250); round++) {
    const secrets = await store(16);
    const raced = secrets.map((secret) => ({ secret, attempts: [] as Attempt[] }));
    const runs = raced.flatMap(({ secret, attempts }) =>
      crowd(secret, { right: 2, wrong: 1 }).map((run) => async () => void attempts.push(await run())),
    );
    await atOnce(secrets, runs);
    for (const { attempts } of raced) {
      expect(count(attempts, "revealed") + count(attempts, "destroyed")).toBe(1);
    }
    await expectPromisesKept(raced);
  }
}, 1_200_000);

it("a revoke at the same moment either wins, and the value is never shown, or reports VIEWED", async () => {
  const raced = [];
  const outcomes = new Map<string, number>();
  for (const secret of await store(scaled(20, 600))) {
    const attempts: Attempt[] = [];
    const tries = crowd(secret, { right: 4, wrong: 0 }).map((run) => async () => {
      // A revoke first looks up the secret's owner, so without this delay it would always lose.
      await setTimeout(Math.random() * REVOKE_HANDICAP_MS);
      attempts.push(await run());
      return "";
    });
    const revokes = [0, 1].map((turn) => async () => {
      const { data } = await revoke(apiOf(turn), sender, secret.id);
      return String(data?.revokeTtlSecret.status);
    });
    const [, , , , first, second] = await atOnce([secret], [...tries, ...revokes]);
    expect(first).toBe(second);
    expect(first).toBe(count(attempts, "revealed") === 1 ? "VIEWED" : "REVOKED");
    outcomes.set(first ?? "", (outcomes.get(first ?? "") ?? 0) + 1);
    raced.push({ secret, attempts });
  }
  figures(`reveal × revoke: ${JSON.stringify(Object.fromEntries(outcomes))}`);
  await expectPromisesKept(raced);
}, 1_200_000);

it("a deletion of the project at the same moment leaves no secret, and no plaintext without its audit event", async () => {
  const raced: { secret: PendingSecret; attempts: Attempt[] }[] = [];
  for (let round = 0; round < scaled(10, 200); round++) {
    const project = { ...sender, projectId: await createProject(apiOf(round), sender) };
    const own = (await store(2, undefined, project)).map((secret) => ({
      secret,
      attempts: [] as Attempt[],
    }));
    const tries = own.flatMap(({ secret, attempts }) =>
      crowd(secret, { right: 3, wrong: 0 }).map((run) => async () => void attempts.push(await run())),
    );
    const deletion = async () => void (await deleteProject(apiOf(round), project));
    await atOnce(
      own.map(({ secret }) => secret),
      [...tries, deletion].toSorted(() => Math.random() - 0.5),
    );
    raced.push(...own);
  }
  const stored = await readStored(
    db.sql,
    raced.map(({ secret }) => secret.id),
  );
  expect([...stored.values()].filter(({ status, hasPayload }) => status !== null || hasPayload)).toEqual([]);
  await expectPromisesKept(raced);
}, 1_200_000);

/** Pending secrets that expire soon, with their expiry. */
async function storeExpiring(size: number): Promise<[PendingSecret, number][]> {
  for (let endsInMs = SHORT_TTL_MS; ; endsInMs *= 2) {
    const secrets = await store(size, { endsInMs });
    const deadlines = await readDeadlines(secrets);
    if (deadlines.size === size) return secrets.map((secret) => [secret, deadlines.get(secret.id) ?? 0]);
  }
}

it("at the end of the TTL the database's clock decides, during sweeps and with API clocks an hour off", async () => {
  const all = [];
  for (let round = 0; round < scaled(2, 20); round++) {
    const secrets = await storeExpiring(24);
    let sweeping = true;
    const sweeps = (async () => {
      while (sweeping) await expireSecrets({ db });
    })();
    const raced = await Promise.all(
      secrets.map(async ([secret, end], i) => {
        // From 400 ms before its end to 150 ms after it.
        const offset = (550 * i) / secrets.length - 400;
        await setTimeout(Math.max(0, end + offset - performance.now()));
        const sent = performance.now();
        const only = await attempt(apiOf(i), secret);
        const answered = performance.now();
        // Answered before the end: must be shown. Sent after the end: must not.
        if (answered < end) expect(only.outcome).toBe("revealed");
        if (sent > end) expect(only.outcome).toBe("not-available");
        return { secret, attempts: [only] };
      }),
    );
    sweeping = false;
    await sweeps;
    await expireSecrets({ db });
    all.push(...raced);
  }
  const outcome = all.flatMap(({ attempts }) => attempts.map((one) => one.outcome));
  figures(
    `at the end of the TTL: ${outcome.filter((kind) => kind === "revealed").length} of ${outcome.length} revealed`,
  );
  expect(new Set(outcome)).toEqual(new Set(["revealed", "not-available"]));
  await expectPromisesKept(all);
}, 600_000);

it("most races were decided by the database, between waiting claims of both processes", () => {
  expect(crowded).toBeGreaterThan(barriers / 2);
});

it("no process logged an error", () => {
  expect(processes.map((api) => api.output().match(/"level":(50|60).*/g) ?? [])).toEqual([[], []]);
});
