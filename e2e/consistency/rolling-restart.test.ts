import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { connect, type Database } from "../../api/src/db/client.ts";
import { PUBLIC_URL } from "../../api/test/app.ts";
import { createDatabase } from "../../api/test/database.ts";
import { createSecret, createSender, graphql, secretOf } from "../../api/test/factories.ts";
import { type ApiProcess, freshKeys, startApi } from "../support/api-process.ts";
import { Balancer } from "./balancer.ts";
import { countWaitingProcesses } from "./barrier.ts";
import { brokenPromises, readStored, type SecretHistory } from "./history.ts";
import { attempt, endpointOf } from "./recipients.ts";
import { figures, scaled } from "./scale.ts";

/** How long a stopping replica keeps serving: far longer than the balancer takes to notice. */
const DELAY_SECONDS = 5;

/** Hand-offs under way at any time. */
const HAND_OFFS = 4;

const settings = {
  ...freshKeys(),
  PUBLIC_URL,
  RATE_LIMIT_MULTIPLIER: "1000000",
  LOG_LEVEL: "warn",
};
let db: Database;
let databaseUrl: string;
let removeDatabase: () => Promise<void>;
const started: ApiProcess[] = [];

beforeAll(async () => {
  const database = await createDatabase(inject("templateName"));
  removeDatabase = database.remove;
  databaseUrl = database.url;
  db = connect(databaseUrl);
});

afterAll(async () => {
  await Promise.all(started.map((api) => api.kill()));
  await db?.close();
  await removeDatabase?.();
});

async function startReplica(env: Record<string, string> = {}): Promise<ApiProcess> {
  const api = await startApi(databaseUrl, { ...settings, ...env });
  started.push(api);
  return api;
}

it("a rolling restart of two replicas under load loses no request and no secret", async () => {
  const delay = { SHUTDOWN_DELAY_SECONDS: String(DELAY_SECONDS) };
  const replicas = await Promise.all([startReplica(delay), startReplica(delay)]);
  const balancer = new Balancer(replicas.map(({ url }) => url));
  for (const { url } of replicas) await balancer.sees(url, true);
  const sender = await createSender(balancer);
  // Pending during the restarts, opened at the end.
  const pending = await Promise.all(Array.from({ length: 8 }, () => createSecret(balancer, sender)));

  const histories: SecretHistory[] = [];
  let requests = 0;
  let slowestMs = 0;
  const timed = async <T>(run: Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await run;
    requests++;
    slowestMs = Math.max(slowestMs, performance.now() - start);
    return result;
  };
  let isOver = false;
  const handOff = async () => {
    while (!isOver) {
      const value = `value ${histories.length} ${Math.random()}`;
      const secret = await timed(createSecret(balancer, sender, { content: { value } }));
      const attempts = [await timed(attempt(balancer, secret))];
      histories.push({ id: secret.id, value, attempts });
      const { errors } = await timed(graphql(balancer, "{ viewer { id } }", {}, sender));
      expect(errors).toBeUndefined();
    }
  };
  const load = Promise.all(Array.from({ length: HAND_OFFS }, handOff));
  // A failure is reported where the promise is awaited.
  load.catch(() => {});

  const rounds = scaled(1, 10);
  for (let round = 0; round < rounds; round++) {
    for (const replica of replicas) {
      const before = histories.length;
      const stopped = replica.stop();
      await balancer.sees(replica.url, false);
      expect((await fetch(`${replica.url}/healthz`)).status, "still serves").toBe(200);
      await stopped;
      await replica.start();
      await balancer.sees(replica.url, true);
      expect(histories.length).toBeGreaterThan(before);
    }
  }
  isOver = true;
  await load;
  for (const secret of pending) {
    histories.push({ id: secret.id, value: "hunter2", attempts: [await attempt(balancer, secret)] });
  }
  await balancer.stop();

  expect(histories.flatMap(({ attempts }) => attempts.map(({ outcome }) => outcome))).toEqual(
    histories.map(() => "revealed"),
  );
  const ids = histories.map(({ id }) => id);
  expect(brokenPromises(histories, await readStored(db.sql, ids), { settled: true })).toEqual([]);
  figures(
    `rolling restart: ${2 * rounds} restarts, ${requests} requests, 0 lost, slowest ${Math.round(slowestMs)} ms; ${histories.length} secrets, each shown once`,
  );
});

/** Polls until the answer is true. */
async function until(answer: () => Promise<boolean>): Promise<void> {
  while (!(await answer())) await setTimeout(20);
}

const isReady = ({ url }: ApiProcess) =>
  fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

it.each([
  ["is answered", false],
  ["is settled even if its recipient disconnected", true],
])("an attempt under way when its process is stopped %s", async (_what, hangsUp) => {
  const other = await startReplica();
  const stopping = await startReplica();
  const sender = await createSender(endpointOf(other));
  const secret = await createSecret(endpointOf(other), sender);
  const away = new AbortController();
  const recipient = {
    request: (path: string, init?: RequestInit) =>
      fetch(`${stopping.url}${path}`, { ...init, signal: away.signal }),
  };
  let attempted: ReturnType<typeof attempt> | undefined;
  let stopped: Promise<void> | undefined;
  // The claim waits for the locked payload while its process is stopped.
  await db.sql.begin(async (tx) => {
    await tx`SELECT 1 FROM ttl_secret_payloads WHERE secret_id = ${secret.id} FOR UPDATE`;
    attempted = attempt(recipient, secret);
    await until(async () => (await countWaitingProcesses(db.sql)) > 0);
    if (hangsUp) away.abort();
    stopped = stopping.stop();
    await until(async () => !(await isReady(stopping)));
  });
  expect(await attempted).toEqual(
    hangsUp ? { outcome: "unanswered" } : { outcome: "revealed", value: "hunter2" },
  );
  await stopped;
  expect(await secretOf(endpointOf(other), sender, secret.id)).toMatchObject({ status: "VIEWED" });
  await other.stop();
});

it("a process keeps serving for SHUTDOWN_DELAY_SECONDS after a signal, and ends at once after a second one", async () => {
  const api = await startReplica({ SHUTDOWN_DELAY_SECONDS: "300" });
  expect(await isReady(api)).toBe(true);
  const first = api.stop();
  await until(async () => !(await isReady(api)));
  expect(await (await fetch(`${api.url}/readyz`)).text()).toBe("not ready: it is stopping\n");
  const { headers, status } = await fetch(`${api.url}/api/sign-up`);
  expect([status, headers.get("connection")]).toEqual([200, "close"]);
  await api.stop();
  await first;
});
