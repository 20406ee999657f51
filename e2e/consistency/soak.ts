/**
 * Soak test: a steady mixed load on replicas behind a balancer while replicas, PostgreSQL and connections are killed at
 * random. Afterwards every answer and every row is checked against the promises. One replica is spared, so that its
 * memory can be compared over time.
 *
 * Prints the results. Exits with 1 if a promise was broken, with 2 if it can't run: it needs Linux and Debian's
 * PostgreSQL. Run: pnpm test:soak [minutes]
 */
import { setTimeout } from "node:timers/promises";
import { TtlSecrets } from "../../api/examples/integration/client.ts";
import { verifyChains } from "../../api/src/audit/verify-chain.ts";
import { connect, type Database } from "../../api/src/db/client.ts";
import { type Endpoint, PUBLIC_URL } from "../../api/test/app.ts";
import { DebianServer, hasDebianPostgres } from "../../api/test/debian-postgres.ts";
import { createKey, createSender, type Sender } from "../../api/test/factories.ts";
import { type ApiProcess, freshKeys, startApi } from "../support/api-process.ts";
import { Balancer } from "./balancer.ts";
import { brokenPromises, changedEndings, readStored } from "./history.ts";
import { attempt } from "./recipients.ts";
import { Load, lost } from "./soak/load.ts";
import { runMishaps } from "./soak/mishaps.ts";
import { growth, readVitals, thirds, type Vitals, WATCHED } from "./soak/vitals.ts";

const MINUTES = Number(process.argv[2] ?? 30);

/** Concurrent senders, each with a vault of their own. */
const SENDERS = 6;

/** Interval at which the spared replica's memory and descriptors are read, in ms. */
const SAMPLE_MS = 5_000;

/** In a shorter run, in minutes, no process warms up: growth is printed but not judged. */
const SHORTEST_JUDGED = 10;

/** Timeout of a request, in ms. Statements end after 15 s. */
const PATIENCE_MS = 60_000;

/** How long to wait at the end for expiry and sweeps, in ms. */
const END_MS = 300_000;

const say = (line = "") => process.stdout.write(`${line}\n`);

if (!hasDebianPostgres || process.platform !== "linux") {
  say("The soak needs Linux and Debian's PostgreSQL (apt-get install postgresql), which it can kill.");
  process.exit(2);
}
if (!(MINUTES > 0)) {
  say("Say for how many minutes: pnpm test:soak 30");
  process.exit(2);
}

const held = ({ heapMib, memoryMib, descriptors }: ReturnType<typeof thirds>[number]) =>
  `${heapMib.toFixed(1)} MiB alive of ${memoryMib.toFixed(0)} MiB resident, ${descriptors} descriptors`;

/** Polls until a condition holds, up to the limit. An error counts as false. */
async function until(condition: () => Promise<boolean>): Promise<boolean> {
  for (const end = performance.now() + END_MS; performance.now() < end; ) {
    if (await condition().catch(() => false)) return true;
    await setTimeout(200);
  }
  return false;
}

/** Follows a project during the run, as an integration does. */
function follow(api: ApiProcess, { projectId }: Sender, key: string) {
  const received = new Map<string, string>();
  const gone = new AbortController();
  let opened = 0;
  const running = new TtlSecrets({ url: api.url, key }).follow(projectId, {
    opened: () => {
      opened++;
    },
    lost: () => {},
    changed: ({ id, status }) => received.set(id, status.toLowerCase()),
    signal: gone.signal,
  });
  // If the stream ends early, the missing events show it.
  running.catch(() => {});
  return { received, opened: () => opened, stop: () => gone.abort() };
}

/** Secrets of this project whose final status the follower did not receive. */
async function notReceived({ sql }: Database, projectId: string, received: ReadonlyMap<string, string>) {
  const rows = await sql<{ id: string; status: string }[]>`
    SELECT id, status FROM ttl_secrets WHERE project_id = ${projectId}`;
  return rows
    .filter(({ id, status }) => received.get(id) !== status)
    .map(({ id }) => `${id}: final status not received`);
}

async function soak(server: DebianServer, started: ApiProcess[]): Promise<string[]> {
  const settings = {
    ...freshKeys(),
    PUBLIC_URL,
    RATE_LIMIT_MULTIPLIER: "1000000",
    LOG_LEVEL: "warn",
    SWEEP_INTERVAL_SECONDS: "5",
  };
  const start = async (more: Record<string, string> = {}) => {
    const api = await startApi(server.url, { ...settings, ...more });
    started.push(api);
    return api;
  };
  const spared = await start(WATCHED);
  const replicas = [await start(), await start()];
  const balancer = new Balancer(started.map(({ url }) => url));
  const api: Endpoint = {
    request: async (path, init) => {
      await balancer.seesAny();
      return balancer.request(path, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) });
    },
  };
  await balancer.seesAny();
  const senders: Sender[] = [];
  for (let n = 0; n < SENDERS; n++) senders.push(await createSender(api));
  const [first] = senders;
  if (!first) throw new Error("no senders");
  const { key } = await createKey(api, first);
  const follower = follow(spared, first, key);
  await until(async () => follower.opened() > 0);
  const db = connect(server.url, 4);

  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  const isOver = () => seconds() > MINUTES * 60;
  const samples: Vitals[] = [];
  const watch = async () => {
    while (!isOver()) {
      samples.push(await readVitals(spared.pid(), seconds(), spared.output()));
      await setTimeout(SAMPLE_MS);
    }
  };
  const load = new Load(api);
  const report = async () => {
    for (let minute = 1; !isOver(); ) {
      await setTimeout(1_000);
      if (seconds() < minute * 60) continue;
      const { heapMib = 0, memoryMib = 0, descriptors = 0 } = samples.at(-1) ?? {};
      say(
        `${minute++} min: ${load.lives.length} secrets; the spared replica: ${held({ heapMib, memoryMib, descriptors })}`,
      );
    }
  };
  const [mishaps] = await Promise.all([
    runMishaps({ replicas, server, sql: db.sql }, isOver),
    watch(),
    report(),
    ...senders.map((sender) => load.run(sender, isOver)),
  ]);

  for (const { url } of started) await balancer.sees(url, true);
  const keptToTheEnd = await load.openAllKept();
  const { lives } = load;
  // One more attempt at each; secrets about to expire are awaited.
  const settled = await until(async () => {
    const [row] = await db.sql<[{ open: number }]>`
      SELECT count(*)::int AS open FROM ttl_secrets
      WHERE attempted_from IS NOT NULL OR (status = 'pending' AND expires_at < created_at + interval '1 hour')`;
    return row.open === 0;
  });
  // For the checker only: the product never looks up events by secret.
  await db.sql`CREATE INDEX soak_events ON audit_events (ttl_secret_id)`;
  // Includes secrets whose creation was not acknowledged.
  const rows = await db.sql<{ id: string }[]>`
    SELECT id FROM ttl_secrets UNION SELECT ttl_secret_id FROM audit_events WHERE ttl_secret_id IS NOT NULL`;
  const known = new Set(lives.map(({ id }) => id));
  const unacknowledged = rows
    .filter(({ id }) => !known.has(id))
    .map(({ id }) => ({ id, value: "", attempts: [] }));
  const ids = [...known, ...unacknowledged.map(({ id }) => id)];
  const before = await readStored(db.sql, ids);
  for (const life of lives) life.attempts.push(await attempt(api, life.secret));
  const after = await readStored(db.sql, ids);
  const isComplete = await until(
    async () => (await notReceived(db, first.projectId, follower.received)).length === 0,
  );
  let events = 0;
  const tampered: string[] = [];
  for await (const { vaultId, length, problems } of verifyChains(db, {})) {
    events += length;
    if (problems.length > 0) tampered.push(`${vaultId}: the audit chain is broken`);
  }
  const written = started.map(({ output }) => output()).join("");
  const leaked = lives.filter(({ value, secret }) =>
    [value, secret.token, secret.passphrase].some((text) => written.includes(text)),
  );
  const windows = thirds(samples);

  const problems = [
    ...(settled ? [] : ["attempts or expired secrets were left lying"]),
    ...brokenPromises([...lives, ...unacknowledged], after, { settled: true }),
    ...changedEndings(before, after),
    ...lost(lives),
    ...(isComplete ? [] : await notReceived(db, first.projectId, follower.received)),
    ...tampered,
    ...leaked.map(({ id }) => `${id}: something of it is in the log`),
    ...(MINUTES >= SHORTEST_JUDGED ? growth(windows) : []),
  ];

  const attempts = lives.flatMap((life) => life.attempts);
  const counts = (what: string) => attempts.filter((each) => each.outcome === what).length;
  const twice = lives.filter(
    (life) => life.attempts.filter((each) => each.outcome === "revealed").length > 1,
  ).length;
  say(`\n${MINUTES} minutes, ${SENDERS} senders, ${started.length} replicas, one of them spared`);
  say(`mishaps: ${[...mishaps].map(([name, times]) => `${times} × ${name}`).join(", ")}`);
  for (const [name, { through, brokenOff }] of load.done) {
    say(`  ${name}: ${through}${brokenOff > 0 ? `, and ${brokenOff} broken off by an outage` : ""}`);
  }
  say(
    `secrets: ${lives.length}, and ${unacknowledged.length} whose creation was not acknowledged; ${keptToTheEnd} pending from some time until the end`,
  );
  say(
    `attempts: ${attempts.length}: ${["revealed", "destroyed", "not-available", "refused", "unanswered"].map((what) => `${counts(what)} ${what}`).join(", ")}`,
  );
  say(`shown twice: ${twice}; lost while pending: ${lost(lives).length}; in the log: ${leaked.length}`);
  say(`audit events: ${events}, every chain verified; stream opened ${follower.opened()} times`);
  for (const [n, window] of windows.entries()) {
    say(`third ${n + 1} of the time: ${held(window)} (medians)`);
  }
  for (const problem of problems) say(`BROKEN ${problem}`);
  say(problems.length === 0 ? "Nothing was broken." : `${problems.length} broken.`);

  follower.stop();
  await balancer.stop();
  await db.close();
  return problems;
}

const server = await DebianServer.create();
const started: ApiProcess[] = [];
try {
  const problems = await soak(server, started);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  await Promise.all(started.map((api) => api.kill()));
  await server.remove();
}
