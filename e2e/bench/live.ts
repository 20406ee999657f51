/**
 * Latency and memory of event streams, with two API processes on one database. Prints the time from an attempt at one process
 * to the event from the other, and the memory of a process with many idle streams. Needs a file descriptor per stream
 * (ulimit -n).
 *
 * Run: node e2e/bench/live.ts [reveals] [streams]
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startEmbeddedPostgres } from "../../api/src/embedded-postgres/embedded-postgres.ts";
import { freshKeys, startApi } from "../support/api-process.ts";
import { ask, signUp } from "./product.ts";

const REVEALS = Number(process.argv[2] ?? 100);
const STREAMS = Number(process.argv[3] ?? 10_000);

/** Streams per project, as in a busy team. */
const PER_PROJECT = 50;

/** Streams opened concurrently. */
const AT_ONCE = 50;

/** How long streams stay idle before memory is read: several heartbeats and an authorization check. */
const IDLE_MS = 75_000;

const say = (line = "") => process.stdout.write(`${line}\n`);

const DOCUMENT = "subscription ($p: ID!) { ttlSecretChanged(projectId: $p) { id status } }";

const dataDir = await mkdtemp(join(tmpdir(), "ttl-secrets-live-"));
const database = await startEmbeddedPostgres({ dataDir });
const shared = { ...freshKeys(), LOG_LEVEL: "warn" };
const one = await startApi(database.url, shared);
const two = await startApi(database.url, { ...shared, PUBLIC_URL: one.url });

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

/** Opens a stream and resolves when its headers arrive. `onText` gets its text. */
function openStream(cookie: string, projectId: string, onText: (text: string) => void): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const sent = request(`${one.url}/graphql`, {
      agent,
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream", cookie },
    });
    sent.on("error", reject);
    sent.on("response", (response) => {
      if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
      response.setEncoding("utf8").on("data", onText);
      resolve(() => sent.destroy());
    });
    sent.end(JSON.stringify({ query: DOCUMENT, variables: { p: projectId } }));
  });
}

/** Resident memory of the first process, in MiB. */
async function residentMiB(): Promise<number> {
  const status = await readFile(`/proc/${one.pid()}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

const newProject = async (cookie: string): Promise<string> =>
  (await ask(one.url, 'mutation { createProject(input: { name: "P" }) { id } }', {}, cookie)).createProject
    .id;

const { cookie, projectId } = await signUp(one.url);
const heard = new Map<string, () => void>();
const close = await openStream(cookie, projectId, (text) => {
  for (const [, id = ""] of text.matchAll(/"id":"([^"]+)","status":"VIEWED"/g)) heard.get(id)?.();
});
const times: number[] = [];
for (let n = 0; n < REVEALS; n++) {
  const { createTtlSecret } = await ask(
    one.url,
    "mutation ($input: CreateTtlSecretInput!) { createTtlSecret(input: $input) { ttlSecret { id } link passphrase } }",
    { input: { projectId, name: "x", ttlSeconds: 300, content: { value: "x" } } },
    cookie,
  );
  const [, vaultId, token] = new URL(createTtlSecret.link).pathname.split("/");
  const arrival = new Promise<number>((resolve) =>
    heard.set(createTtlSecret.ttlSecret.id, () => resolve(performance.now())),
  );
  const start = performance.now();
  await ask(
    two.url,
    "mutation ($input: RevealTtlSecretInput!) { revealTtlSecret(input: $input) { __typename } }",
    { input: { vaultId, token, passphrase: createTtlSecret.passphrase } },
  );
  times.push((await arrival) - start);
}
close();
const sorted = times.toSorted((a, b) => a - b);
const at = (q: number) => (sorted[Math.floor(q * (sorted.length - 1))] ?? 0).toFixed(0);
say(`from an attempt at one process to its event from the other, over ${REVEALS} reveals:`);
say(`  median ${at(0.5)} ms, 95th percentile ${at(0.95)} ms, longest ${at(1)} ms (with the attempt itself)`);

const projects: string[] = [];
for (let n = 0; n < STREAMS / PER_PROJECT; n++) projects.push(await newProject(cookie));
// Restarted, so that memory used by the attempts does not count.
await one.stop();
await one.start();
const before = await residentMiB();
for (let n = 0; n < STREAMS; n += AT_ONCE) {
  const batch = Array.from({ length: Math.min(AT_ONCE, STREAMS - n) }, (_, i) =>
    openStream(cookie, projects[Math.floor((n + i) / PER_PROJECT)] ?? projectId, () => {}),
  );
  await Promise.all(batch);
}
const opened = await residentMiB();
await sleep(IDLE_MS);
const idle = await residentMiB();
say(
  `${STREAMS} idle streams on one process: ${before.toFixed(0)} MiB before, ${opened.toFixed(0)} MiB when open,`,
);
say(
  `  ${idle.toFixed(0)} MiB after ${IDLE_MS / 1000} s: ${(((idle - before) * 1024) / STREAMS).toFixed(0)} KiB each`,
);

agent.destroy();
await Promise.all([one.stop(), two.stop()]);
await database.stop();
await rm(dataDir, { recursive: true, force: true });
