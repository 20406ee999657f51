import { availableParallelism } from "node:os";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { ARGON2_PARAMETERS } from "../../api/src/crypto/argon2.ts";
import { connect, type Database } from "../../api/src/db/client.ts";
import { type Endpoint, PUBLIC_URL } from "../../api/test/app.ts";
import { createDatabase } from "../../api/test/database.ts";
import { createSender, graphql, reveal, type Sender } from "../../api/test/factories.ts";
import { type ApiProcess, freshKeys, startApi } from "../support/api-process.ts";
import { type Attempt, brokenPromises, readStored } from "./history.ts";
import { hashedPassphrase, keyRingOf, type PendingSecret, storePending } from "./pending-secret.ts";
import { attempt, endpointOf } from "./recipients.ts";
import { figures, scaled } from "./scale.ts";

const PROBE = new URL("./process-probe.ts", import.meta.url).href;

/** Recipients at the same moment, each with a secret of their own. */
const CROWD = scaled(200, 500);

const MIB = 1024 * 1024;

/**
 * Maximum extra memory during the overload: a tenth of what their hashes would take if all ran at once. It covers hashes,
 * connections, requests and garbage.
 */
const MEMORY_LIMIT = (CROWD * ARGON2_PARAMETERS.memoryKib * 1024) / 10;

/** Size of a group of refused recipients that try again together: smaller than the shortest queue. */
const GROUP = 16;

const keys = freshKeys();
const keyRing = keyRingOf(keys);
let processUnderLoad: ApiProcess;
let api: Endpoint;
let db: Database;
let sender: Sender;
let removeDatabase: () => Promise<void>;

beforeAll(async () => {
  const database = await createDatabase(inject("templateName"));
  removeDatabase = database.remove;
  db = connect(database.url);
  processUnderLoad = await startApi(database.url, {
    ...keys,
    PUBLIC_URL,
    RATE_LIMIT_MULTIPLIER: "1000000",
    TRUSTED_PROXIES: "127.0.0.1",
    LOG_LEVEL: "warn",
    NODE_OPTIONS: `--import=${PROBE}`,
  });
  api = endpointOf(processUnderLoad);
  sender = await createSender(api);
}, 120_000);

afterAll(async () => {
  await processUnderLoad?.stop();
  await db?.close();
  await removeDatabase?.();
}, 60_000);

/** A distinct address for each recipient (RFC 5737), so that they do not share one rate-limit counter. */
const addressOf = (i: number) => `${i < 250 ? "198.51.100" : "203.0.113"}.${i % 250}`;

/** The probe's lines in the process's output from offset `start` on. */
function probesSince(start: number): { waitMs: number; rss: number }[] {
  const lines = processUnderLoad
    .output()
    .slice(start)
    .matchAll(/^probe (\{.*\})$/gm);
  return [...lines].map(([, json = ""]) => JSON.parse(json));
}

/** Until `isOver`, lists secrets as a member and checks readiness. Returns the time of each round in ms. */
async function everydayQueries(isOver: () => boolean): Promise<number[]> {
  const waits: number[] = [];
  while (!isOver()) {
    const start = performance.now();
    const query =
      "query ($id: ID!) { viewer { email } ttlSecrets(projectId: $id, first: 1) { nodes { id } } }";
    const { data } = await graphql(api, query, { id: sender.projectId }, { cookie: sender.cookie });
    expect(data.viewer.email).toBe(sender.email);
    expect((await api.request("/readyz")).status).toBe(200);
    waits.push(Math.round(performance.now() - start));
    await setTimeout(10);
  }
  return waits;
}

it(`of ${CROWD} recipients at once, some are shown their secret, the others consume nothing, and other requests are answered`, async () => {
  // One hash at full cost, shared by all secrets, because only reveals are measured.
  const hashed = await hashedPassphrase(ARGON2_PARAMETERS);
  for (let round = 1; round <= scaled(1, 8); round++) {
    const secrets: PendingSecret[] = [];
    while (secrets.length < CROWD) {
      const group = Array.from({ length: 50 }, () => storePending(db, keyRing, sender, { hashed }));
      secrets.push(...(await Promise.all(group)));
    }
    const idle = Math.max(...probesSince(0).map(({ rss }) => rss));
    const mark = processUnderLoad.output().length;
    let isOver = false;
    const queries = everydayQueries(() => isOver);
    const start = performance.now();
    const answers = await Promise.all(
      secrets.map((secret, i) => reveal(api, secret, { headers: { "x-forwarded-for": addressOf(i) } })),
    );
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const probes = probesSince(mark);
    isOver = true;
    const waits = await queries;

    const refused = secrets.filter((_, i) => answers[i]?.__typename === "Error");
    const shown = secrets.filter((_, i) => answers[i]?.__typename === "TtlSecretRevealed");
    expect(shown.length + refused.length).toBe(CROWD);
    expect(shown.length).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of answers.filter(({ __typename }) => __typename === "Error")) {
      expect(answer).toMatchObject({ code: "OVERLOADED", retryAfterSeconds: 2 });
    }

    const peak = Math.max(...probes.map(({ rss }) => rss));
    const worst = Math.max(...probes.map(({ waitMs }) => waitMs));
    figures(
      `overload ${round}, ${availableParallelism()} cores: ${CROWD} reveals in ${seconds} s, ${shown.length} shown, ${refused.length} OVERLOADED; memory ${Math.round(idle / MIB)} MiB, at most ${Math.round(peak / MIB)} MiB; meanwhile ${waits.length} rounds of other queries answered, ${Math.max(...waits)} ms at most; ${probes.length} file reads with DNS look-ups, ${worst} ms at most`,
    );
    expect(peak - idle).toBeLessThan(MEMORY_LIMIT);
    expect(waits.length).toBeGreaterThan(1);
    // If hashes filled the thread pool, fewer than two probes would have run.
    expect(probes.length).toBeGreaterThan(4);

    // The refused recipients try again, in groups that fit into the queue.
    const attempts = new Map(
      secrets.map(({ id }, i) => [id, [toAttempt(answers[i])]] as [string, Attempt[]]),
    );
    const histories = secrets.map(({ id, value }) => ({ id, value, attempts: attempts.get(id) ?? [] }));
    const ids = secrets.map(({ id }) => id);
    const before = await readStored(db.sql, ids);
    expect(brokenPromises(histories, before, { settled: true })).toEqual([]);
    expect(refused.filter(({ id }) => before.get(id)?.status !== "pending")).toEqual([]);
    for (let i = 0; i < refused.length; i += GROUP) {
      const group = refused.slice(i, i + GROUP);
      const again = await Promise.all(group.map((secret) => attempt(api, secret)));
      for (const [n, one] of again.entries()) attempts.get(group[n]?.id ?? "")?.push(one);
      expect(new Set(again.map(({ outcome }) => outcome))).toEqual(new Set(["revealed"]));
    }
    const after = await readStored(db.sql, ids);
    expect(brokenPromises(histories, after, { settled: true })).toEqual([]);
    expect([...after.values()].filter(({ status }) => status !== "viewed")).toEqual([]);
  }
}, 1_200_000);

function toAttempt(answer: { __typename: string; value?: string } | undefined): Attempt {
  return answer?.__typename === "TtlSecretRevealed"
    ? { outcome: "revealed", ...(answer.value !== undefined && { value: answer.value }) }
    : { outcome: "refused" };
}
