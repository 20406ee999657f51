import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { connect, type Database } from "../../api/src/db.ts";
import { expireSecrets } from "../../api/src/secrets/expire-secrets.ts";
import type { Endpoint } from "../../api/test/app.ts";
import { PUBLIC_URL } from "../../api/test/app.ts";
import { createDatabase } from "../../api/test/database.ts";
import { type Created, createSecret, createSender, graphql, type Sender } from "../../api/test/factories.ts";
import { type ApiProcess, freshKeys, startApi } from "../api-process.ts";
import { type Attempt, brokenPromises, changedEndings, readStored, type SecretHistory } from "./history.ts";
import { atOnce, attempt, endpointOf, WRONG } from "./recipients.ts";
import { figures, scaled } from "./scale.ts";

const SKEWED_CLOCK = new URL("./skewed-clock.ts", import.meta.url).href;
const HOUR_MS = 3_600_000;

/** Attempts in one race; half of them through each process. */
const CROWD = 100;

/** Attempts start up to this much later than a revoke, so that either may win. */
const REVOKE_HANDICAP_MS = 40;

/** The least TTL there is, in seconds. */
const SHORTEST_TTL = 60;

const processes: ApiProcess[] = [];
const apis: Endpoint[] = [];
const histories: SecretHistory[] = [];
let db: Database;
let removeDatabase: () => Promise<void>;
let sender: Sender;
let expiring: Created[];

/** The one and the other process in turn, so that every race is one between processes. */
const apiOf = (turn: number) => apis[turn % apis.length] as Endpoint;

// Two processes on one database, both with a clock that is an hour off, in opposite directions.
beforeAll(async () => {
  const database = await createDatabase(inject("templateName"));
  removeDatabase = database.remove;
  db = connect(database.url);
  const keys = freshKeys();
  for (const skew of [HOUR_MS, -HOUR_MS]) {
    const api = await startApi(database.url, {
      ...keys,
      PUBLIC_URL,
      RATE_LIMIT_MULTIPLIER: "1000000",
      LOG_LEVEL: "warn",
      NODE_OPTIONS: `--import=${SKEWED_CLOCK}`,
      CLOCK_SKEW_MS: String(skew),
    });
    processes.push(api);
    apis.push(endpointOf(api));
  }
  sender = await createSender(apiOf(0));
  // Made first: by the time the other races are over, most of their minute is.
  expiring = await make(scaled(24, 240), { ttlSeconds: SHORTEST_TTL });
}, 300_000);

afterAll(async () => {
  await Promise.all(processes.map((api) => api.stop()));
  await db?.close();
  await removeDatabase?.();
  const attempts = histories.flatMap((history) => history.attempts);
  const plaintexts = histories.map(
    ({ attempts: own }) => own.filter((one) => one.told === "revealed").length,
  );
  const total = plaintexts.reduce((sum, count) => sum + count, 0);
  const doubles = plaintexts.filter((count) => count > 1).length;
  figures(
    `one shot: ${histories.length} secrets raced, ${attempts.length} attempts, ${total} plaintexts, ${doubles} double plaintexts`,
  );
}, 60_000);

async function make(count: number, input: { ttlSeconds?: number } = {}, from = sender): Promise<Created[]> {
  const made: Created[] = [];
  // In small groups: Argon2's queue is short, and whoever finds it full is refused.
  while (made.length < count) {
    const group = Array.from({ length: Math.min(8, count - made.length) }, (_, i) =>
      createSecret(apiOf(i), from, { ...input, content: { value: "the value" } }),
    );
    made.push(...(await Promise.all(group)));
  }
  return made;
}

/** So many attempts, through both processes in turn: some with the right passphrase, the others with a wrong one. */
const crowd = (secret: Created, { right, wrong }: { right: number; wrong: number }) =>
  Array.from(
    { length: right + wrong },
    (_, i) => () =>
      attempt(apiOf(i), i % (right + wrong) < wrong ? { ...secret, passphrase: WRONG } : secret),
  );

/** Checks what was promised of these secrets, now and after everybody has tried once more. */
async function expectOneShot(raced: readonly { secret: Created; attempts: Attempt[] }[]): Promise<void> {
  const own = raced.map(({ secret, attempts }) => ({ id: secret.id, value: "the value", attempts }));
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

/** When these pending secrets expire by the database's clock, on the scale of `performance.now()`. */
async function readDeadlines(secrets: readonly Created[]): Promise<Map<string, number>> {
  const ids = secrets.map(({ id }) => id).join();
  const rows = await db.sql<{ id: string; msLeft: number }[]>`
    SELECT secret_id AS id, (extract(epoch FROM expires_at - clock_timestamp()) * 1000)::float8 AS "msLeft"
    FROM ttl_secret_payloads
    WHERE secret_id = ANY(string_to_array(${ids}, ',')::uuid[]) AND expires_at > clock_timestamp()`;
  const read = performance.now();
  return new Map(rows.map(({ id, msLeft }) => [id, read + msLeft]));
}

const count = (attempts: readonly Attempt[], kind: Attempt["told"]) =>
  attempts.filter(({ told }) => told === kind).length;

it(`of ${CROWD} right passphrases at once, one opens the secret and nobody else is told anything`, async () => {
  const raced = [];
  for (const secret of await make(scaled(10, 400))) {
    const attempts = await atOnce(crowd(secret, { right: CROWD, wrong: 0 }));
    expect(count(attempts, "revealed")).toBe(1);
    expect(count(attempts, "destroyed")).toBe(0);
    raced.push({ secret, attempts });
  }
  await expectOneShot(raced);
}, 1_200_000);

it(`of ${CROWD - 1} wrong passphrases and a right one at once, one is tried and destroys the secret`, async () => {
  const raced = [];
  for (const secret of await make(scaled(10, 400))) {
    const attempts = await atOnce(crowd(secret, { right: 1, wrong: CROWD - 1 }));
    expect(count(attempts, "revealed") + count(attempts, "destroyed")).toBe(1);
    raced.push({ secret, attempts });
  }
  await expectOneShot(raced);
}, 1_200_000);

it("a revoke at the same moment either comes first, and nobody sees the value, or too late, and says so", async () => {
  const revoke = (api: Endpoint, id: string) =>
    graphql(
      api,
      "mutation ($id: ID!) { revokeTtlSecret(id: $id) { status } }",
      { id },
      { cookie: sender.cookie },
    );
  const raced = [];
  const outcomes = new Map<string, number>();
  for (const secret of await make(scaled(20, 600))) {
    const attempts: Attempt[] = [];
    const tries = crowd(secret, { right: 4, wrong: 0 }).map((run) => async () => {
      // A revoke first asks whose secret it is; without a handicap it would always come second.
      await setTimeout(Math.random() * REVOKE_HANDICAP_MS);
      attempts.push(await run());
      return "";
    });
    const revokes = [0, 1].map((turn) => async () => {
      const { data } = await revoke(apiOf(turn), secret.id);
      return String(data?.revokeTtlSecret.status);
    });
    const [, , , , first, second] = await atOnce([...tries, ...revokes]);
    expect(first).toBe(second);
    expect(first).toBe(count(attempts, "revealed") === 1 ? "VIEWED" : "REVOKED");
    outcomes.set(first ?? "", (outcomes.get(first ?? "") ?? 0) + 1);
    raced.push({ secret, attempts });
  }
  figures(`reveal × revoke: ${JSON.stringify(Object.fromEntries(outcomes))}`);
  await expectOneShot(raced);
}, 1_200_000);

it("a deletion of the project at the same moment leaves no secret, and no plaintext without its audit event", async () => {
  const raced = [];
  for (let round = 0; round < scaled(10, 200); round++) {
    const other = await createSender(apiOf(round));
    const secrets = await make(2, {}, other);
    const attempts = secrets.map((): Attempt[] => []);
    const tries = secrets.flatMap((secret, i) =>
      crowd(secret, { right: 3, wrong: 0 }).map((run) => async () => void attempts[i]?.push(await run())),
    );
    const deletion = async () =>
      void (await graphql(
        apiOf(round),
        "mutation ($id: ID!) { deleteProject(id: $id) }",
        { id: other.projectId },
        { cookie: other.cookie },
      ));
    await atOnce([...tries, deletion]);
    raced.push(...secrets.map((secret, i) => ({ secret, attempts: attempts[i] ?? [] })));
  }
  const stored = await readStored(
    db.sql,
    raced.map(({ secret }) => secret.id),
  );
  expect([...stored.values()].filter(({ status, hasPayload }) => status !== null || hasPayload)).toEqual([]);
  await expectOneShot(raced);
}, 1_200_000);

it("at the TTL's boundary the database's clock decides, with sweeps at work and API clocks an hour off", async () => {
  let secrets = expiring;
  let deadlines = await readDeadlines(secrets);
  if (deadlines.size < secrets.length) {
    // A slow machine: the races before this one took the whole minute.
    secrets = await make(expiring.length, { ttlSeconds: SHORTEST_TTL });
    deadlines = await readDeadlines(secrets);
  }
  let sweeping = true;
  const sweeps = (async () => {
    while (sweeping) await expireSecrets({ db });
  })();
  const raced = await Promise.all(
    secrets.map(async (secret, i) => {
      const end = deadlines.get(secret.id) ?? 0;
      // From 150 ms before its end to 150 ms after it.
      const offset = (300 * i) / secrets.length - 150;
      await setTimeout(Math.max(0, end + offset - performance.now()));
      const sent = performance.now();
      const attempts = [await attempt(apiOf(i), secret)];
      const answered = performance.now();
      const [only] = attempts;
      // One who was answered in time had to be let in; one who asked too late had to be kept out.
      if (answered < end) expect(only?.told).toBe("revealed");
      if (sent > end) expect(only?.told).toBe("not-available");
      return { secret, attempts };
    }),
  );
  sweeping = false;
  await sweeps;
  await expireSecrets({ db });
  const told = raced.flatMap(({ attempts }) => attempts.map((one) => one.told));
  const revealed = told.filter((kind) => kind === "revealed").length;
  figures(`at the TTL's boundary: ${revealed} revealed, ${told.length - revealed} not available`);
  expect(new Set(told)).toEqual(new Set(["revealed", "not-available"]));
  await expectOneShot(raced);
}, 300_000);

it("no process complained", () => {
  expect(processes.map((api) => api.output().match(/"level":(50|60).*/g) ?? [])).toEqual([[], []]);
});
