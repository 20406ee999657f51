/**
 * Do response times reveal why a secret is not available? Sends unknown, used, destroyed, expired, revoked and malformed
 * tokens to a real process on loopback, interleaved in random order, and compares times and bytes of the responses.
 *
 * Run: node e2e/bench/unavailable-timing.ts [rounds] [all]
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { startEmbeddedPostgres } from "../../api/src/embedded-postgres/embedded-postgres.ts";
import { UNSYNCED } from "../../api/test/unsynced.ts";
import { MAIN } from "../support/api-process.ts";

const ROUNDS = Number(process.argv[2] ?? 2000);

/** Whether to include kinds that take the same code path as others. They make it last more than a minute. */
const ALL = process.argv[3] === "all";

/** Rounds that warm up compiler and caches, not counted. */
const WARM_UP = 50;

/** Tokens per kind; each request picks one at random. */
const TOKENS = 5;

const BOOTSTRAPS = 4000;

/** The kind that all others are compared with, and the same kind again, which shows the effect of chance. */
const REFERENCE = "unknown";
const AGAIN = "unknown, again";

interface Link {
  vaultId: string;
  token: string;
}

interface HttpAnswer {
  micros: number;
  /** The response without its Date header. */
  text: string;
  body: string;
}

const say = (line = "") => process.stdout.write(`${line}\n`);

/** Sends a JSON body and resolves to the response. */
type Post = (path: string, payload: string, headers?: Record<string, string>) => Promise<HttpAnswer>;

/** One kept-alive connection, used without an HTTP client, so that neither handshakes nor a client are measured. */
async function connectTo(port: number): Promise<{ post: Post; close: () => void }> {
  const socket = createConnection({ host: "127.0.0.1", port, noDelay: true });
  socket.setEncoding("latin1");
  await once(socket, "connect");
  let received = "";
  let arrived = () => {};
  socket.on("data", (chunk: string) => {
    received += chunk;
    arrived();
  });
  const post: Post = (path, payload, headers = {}) => {
    const lines = Object.entries({
      host: `localhost:${port}`,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(payload),
      ...headers,
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    return new Promise((resolve) => {
      received = "";
      const start = process.hrtime.bigint();
      arrived = () => {
        const head = received.indexOf("\r\n\r\n") + 4;
        const length = Number(/^content-length: (\d+)/im.exec(received)?.[1] ?? Number.NaN);
        if (head < 4 || received.length !== head + length) return;
        const micros = Number(process.hrtime.bigint() - start) / 1000;
        const text = received.replace(/^date: .*\r\n/im, "");
        resolve({ micros, text, body: Buffer.from(received.slice(head), "latin1").toString() });
      };
      socket.write(`POST ${path} HTTP/1.1\r\n${lines.join("")}\r\n${payload}`);
    });
  };
  return { post, close: () => socket.destroy() };
}

const quantile = (sorted: Float64Array, q: number) => sorted[Math.floor(q * (sorted.length - 1))] ?? 0;

/** Median of a resample of `values`, by counting ranks instead of sorting. */
function medianOfDraws(values: Float64Array): (rounds: Int32Array) => number {
  const sorted = values.toSorted();
  const order = Array.from(values.keys()).sort((i, j) => (values[i] ?? 0) - (values[j] ?? 0));
  const ranks = new Int32Array(values.length);
  for (const [rank, round] of order.entries()) ranks[round] = rank;
  return (rounds) => {
    const counts = new Int32Array(values.length);
    for (const round of rounds) {
      const rank = ranks[round] ?? 0;
      counts[rank] = (counts[rank] ?? 0) + 1;
    }
    let seen = 0;
    const at = counts.findIndex((count) => {
      seen += count;
      return seen * 2 > rounds.length;
    });
    return sorted[at] ?? 0;
  };
}

/**
 * The difference of medians with its 99 % bootstrap confidence interval (at 95 %, one comparison in twenty would differ by
 * chance). It resamples whole rounds, so that a slow moment of the machine affects both sides of a pair.
 */
function difference(a: Float64Array, b: Float64Array): { value: number; low: number; high: number } {
  const [medianOfA, medianOfB] = [medianOfDraws(a), medianOfDraws(b)];
  const rounds = Int32Array.from(a.keys());
  const value = medianOfA(rounds) - medianOfB(rounds);
  const resampled = Float64Array.from({ length: BOOTSTRAPS }, () => {
    for (let i = 0; i < rounds.length; i++) rounds[i] = Math.floor(Math.random() * rounds.length);
    return medianOfA(rounds) - medianOfB(rounds);
  }).sort();
  return { value, low: quantile(resampled, 0.005), high: quantile(resampled, 0.995) };
}

function shuffle<T>(items: T[]): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [items[i], items[j]] = [items[j] as T, items[i] as T];
  }
  return items;
}

const pick = <T>(items: readonly T[]): T => items[randomInt(items.length)] as T;
const unknownToken = () => randomBytes(16).toString("base64url");

const AVAILABLE =
  "query ($vaultId: ID!, $token: String!) { ttlSecretAvailable(vaultId: $vaultId, token: $token) }";
const AVAILABILITY = `query ($vaultId: ID!, $token: String!) {
  ttlSecretAvailability(vaultId: $vaultId, token: $token) { expiresAt secondsLeft } }`;
const REVEAL = `mutation ($input: RevealTtlSecretInput!) { revealTtlSecret(input: $input) {
  __typename ... on TtlSecretRevealed { value } ... on TtlSecretDestroyed { message } ... on TtlSecretNotAvailable { message } } }`;

const OPERATIONS: Record<string, (link: Link) => string> = {
  ttlSecretAvailable: (link) => JSON.stringify({ query: AVAILABLE, variables: link }),
  ttlSecretAvailability: (link) => JSON.stringify({ query: AVAILABILITY, variables: link }),
  revealTtlSecret: (link) =>
    JSON.stringify({ query: REVEAL, variables: { input: { ...link, passphrase: "not-the-right-one" } } }),
};

/** Links of every kind that is not available, created through the product. */
async function prepare(post: Post, databaseUrl: string): Promise<Record<string, Link[]>> {
  const signUp = await post(
    "/api/auth/sign-up/email",
    JSON.stringify({ name: "Ada", email: "ada@example.com", password: randomBytes(12).toString("hex") }),
  );
  const cookie = /^set-cookie: ([^;]+)/im.exec(signUp.text)?.[1] ?? "";
  const ask = async (query: string, variables: unknown = {}) =>
    JSON.parse((await post("/graphql", JSON.stringify({ query, variables }), { cookie })).body).data;

  const { createProject } = await ask('mutation { createProject(input: { name: "Bench" }) { id } }');
  const create = async (name: string) => {
    const { createTtlSecret } = await ask(
      "mutation ($input: CreateTtlSecretInput!) { createTtlSecret(input: $input) { ttlSecret { id } link passphrase } }",
      { input: { projectId: createProject.id, name, ttlSeconds: 3600, content: { value: "v" } } },
    );
    const [vaultId = "", token = ""] = new URL(createTtlSecret.link).pathname.split("/").slice(1);
    return { id: createTtlSecret.ttlSecret.id, passphrase: createTtlSecret.passphrase, vaultId, token };
  };
  const made: Record<string, Awaited<ReturnType<typeof create>>[]> = {};
  for (const name of ["used", "expired", "revoked", ...(ALL ? ["destroyed", "pending"] : [])]) {
    made[name] = [];
    for (let i = 0; i < TOKENS; i++) made[name].push(await create(name));
  }
  for (const { vaultId, token, passphrase } of made.used ?? []) {
    await ask(REVEAL, { input: { vaultId, token, passphrase } });
  }
  for (const { vaultId, token } of made.destroyed ?? []) {
    await ask(REVEAL, { input: { vaultId, token, passphrase: "wrong" } });
  }
  for (const { id } of made.revoked ?? []) {
    await ask("mutation ($id: ID!) { revokeTtlSecret(id: $id) { id } }", { id });
  }
  // Two days old and not yet swept: its row still exists, the case most likely to differ.
  const sql = postgres(databaseUrl, { max: 1 });
  await sql`UPDATE ttl_secrets SET created_at = created_at - interval '2 days', expires_at = expires_at - interval '2 days' WHERE name = 'expired'`;
  await sql`UPDATE ttl_secret_payloads SET expires_at = expires_at - interval '2 days'
    WHERE secret_id IN (SELECT id FROM ttl_secrets WHERE name = 'expired')`;
  const states = await sql<{ name: string; status: string; payloads: number }[]>`
    SELECT name, status, count(y.secret_id)::int AS payloads
    FROM ttl_secrets s LEFT JOIN ttl_secret_payloads y ON y.secret_id = s.id GROUP BY 1, 2 ORDER BY 1`;
  await sql.end();
  say(`set up: ${states.map((row) => `${row.name} ${row.status} (${row.payloads} payloads)`).join(", ")}`);

  const links = (name: string) => made[name]?.map(({ vaultId, token }) => ({ vaultId, token })) ?? [];
  const ours = links("used")[0]?.vaultId ?? "";
  const unknown = Array.from({ length: TOKENS }, () => ({ vaultId: ours, token: unknownToken() }));
  return {
    [REFERENCE]: unknown,
    ...(ALL && { [AGAIN]: unknown }),
    used: links("used"),
    ...(ALL && { destroyed: links("destroyed") }),
    "expired, not swept": links("expired"),
    revoked: links("revoked"),
    ...(ALL && {
      "pending, under another vault": links("pending").map(({ token }) => ({
        vaultId: `vault_${randomBytes(12).toString("hex")}`,
        token,
      })),
    }),
    // One character less: the same response, without a database query.
    malformed: unknown.map(({ vaultId, token }) => ({ vaultId, token: token.slice(1) })),
  };
}

async function measure(post: Post, operation: string, kinds: Record<string, Link[]>) {
  const documentOf = OPERATIONS[operation] as (link: Link) => string;
  const names = Object.keys(kinds);
  const times = new Map(names.map((name) => [name, new Float64Array(ROUNDS)]));
  const texts = new Map(names.map((name) => [name, new Set<string>()]));
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const name of shuffle([...names])) {
      const { micros, text } = await post("/graphql", documentOf(pick(kinds[name] ?? [])));
      texts.get(name)?.add(text);
      const row = times.get(name);
      if (row && round >= 0) row[round] = micros;
    }
  }
  report(operation, times, texts);
}

function report(operation: string, times: Map<string, Float64Array>, texts: Map<string, Set<string>>) {
  say(`\n${operation}: ${ROUNDS} interleaved requests of each kind, µs`);
  const columns = ["median", "25%", "75%", "median − unknown", "99 % interval", "differs"];
  say([" ".repeat(30), ...columns.map((column) => column.padStart(17))].join(""));
  const reference = times.get(REFERENCE) as Float64Array;
  for (const [name, row] of times) {
    const sorted = row.toSorted();
    const cells = [0.5, 0.25, 0.75].map((q) => quantile(sorted, q).toFixed(0));
    if (name !== REFERENCE) {
      const { value, low, high } = difference(row, reference);
      const isZero = low <= 0 && high >= 0;
      cells.push(value.toFixed(1), `${low.toFixed(1)} … ${high.toFixed(1)}`, isZero ? "no" : "yes");
    }
    say([name.padEnd(30), ...cells.map((cell) => cell.padStart(17))].join(""));
  }
  const all = new Set([...texts.values()].flatMap((set) => [...set]));
  say(`distinct responses (all bytes but the date) over all kinds: ${all.size}`);
  for (const text of all) say(text.trim().replace(/\r?\n|^/g, "$&  | "));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : 0;
}

async function startApi(port: number, databaseUrl: string): Promise<ChildProcess> {
  const env = {
    ...process.env,
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    ENCRYPTION_KEYS: `bench:${randomBytes(32).toString("base64")}`,
    AUTH_SECRET: randomBytes(32).toString("base64"),
    SIGN_UP: "open",
    RATE_LIMIT_MULTIPLIER: "1000000",
    SWEEP_INTERVAL_SECONDS: "3600",
    LOG_LEVEL: "warn",
  };
  const api = spawn(process.execPath, [MAIN], { env, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  await new Promise<void>((resolve, reject) => {
    api.stdout.on("data", (chunk) => {
      output += chunk;
      if (output.includes("is ready")) resolve();
    });
    api.once("exit", () => reject(new Error(`the API did not start:\n${output}`)));
  });
  return api;
}

const dataDir = await mkdtemp(join(tmpdir(), "ttl-secrets-bench-"));
// No fsync: waiting for the disk would hide small differences.
const server = await startEmbeddedPostgres({
  dataDir,
  settings: UNSYNCED,
});
let api: ChildProcess | undefined;
try {
  const port = await freePort();
  api = await startApi(port, server.url);
  const { post, close } = await connectTo(port);
  const kinds = await prepare(post, server.url);
  for (const operation of Object.keys(OPERATIONS)) await measure(post, operation, kinds);
  close();
} finally {
  if (api && api.exitCode === null) {
    api.kill("SIGTERM");
    await once(api, "exit");
  }
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
}
