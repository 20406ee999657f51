/** The product as `pnpm start` runs it, on an embedded PostgreSQL, with a signed-in sender. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { startEmbeddedPostgres } from "../../api/src/embedded-postgres/embedded-postgres.ts";
import { freePort, freshKeys, MAIN } from "../support/api-process.ts";
import { childrenOf, parentOf } from "./processes.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { onCores } from "./worker.ts";

/** A signed-in sender with a project. */
export interface Sender {
  cookie: string;
  email: string;
  vaultId: string;
  projectId: string;
}

/** The running product. */
export interface Product {
  url: string;
  databaseUrl: string;
  keys: ReturnType<typeof freshKeys>;
  sender: Sender;
  /** A connection for filling tables. */
  sql: postgres.Sql;
  /** Process of the API. */
  pids: () => number[];
  /** All processes of PostgreSQL. */
  databasePids: () => Promise<number[]>;
  /** Restarts the API with these variables, on the first `cores` cores. */
  restart(env?: Record<string, string>, cores?: number): Promise<void>;
  /** Starts another process of the API with these variables. */
  startReplica(env: Record<string, string>): Promise<ApiProcess>;
  stop(): Promise<void>;
}

interface ApiProcess {
  pid: number;
  stop: () => Promise<void>;
}

/** Starts the product. Its log goes to a file, as that of a service does. */
export async function startProduct(): Promise<Product> {
  const folder = await temporaryFolder();
  const database = await startEmbeddedPostgres({ dataDir: join(folder, "data") });
  const log = await open(join(folder, "log"), "a");
  const keys = freshKeys();
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const settings = {
    ...keys,
    PORT: String(port),
    DATABASE_URL: database.url,
    SIGN_UP: "open",
    // All requests come from one address.
    RATE_LIMIT_MULTIPLIER: "1000000",
    // Only the sweep benchmark needs it.
    SWEEP_INTERVAL_SECONDS: "3600",
  };
  const start = (env: Record<string, string> = {}, cores?: number) =>
    startProcess({ env: { ...settings, ...env }, stderr: log.fd, ...(cores && { cores }) });
  let api = await start();
  const sql = postgres(database.url, { max: 2, onnotice: () => {} });
  const [backend] = await sql<[{ pid: number }]>`SELECT pg_backend_pid() AS pid`;
  const postmaster = await parentOf(backend.pid);
  return {
    url,
    databaseUrl: database.url,
    keys,
    sender: await signUp(url),
    sql,
    pids: () => [api.pid],
    databasePids: async () => [postmaster, ...(await childrenOf(postmaster))],
    async restart(env, cores) {
      await api.stop();
      api = await start(env, cores);
    },
    startReplica: async (env) => start({ ...env, PORT: String(await freePort()), PUBLIC_URL: url }),
    async stop() {
      await api.stop();
      await sql.end();
      await database.stop();
      await log.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Starts the server and waits until it says that it is ready.
 *
 * @throws Error with what it said, when it ends instead.
 */
export async function startProcess(options: {
  env: Record<string, string>;
  stderr: number | "ignore";
  cores?: number;
}): Promise<ApiProcess> {
  const [command = "", ...args] = [...onCores(options.cores), process.execPath, MAIN];
  const child = spawn(command, args, {
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", options.stderr],
  });
  let output = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk;
      if (output.includes("is ready")) resolve();
    });
    child.once("exit", () => reject(new Error(`the API did not start:\n${output}`)));
  });
  return {
    pid: child.pid ?? 0,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Data of a GraphQL request. @throws Error if the response has errors. */
export async function ask(url: string, query: string, variables: object = {}, cookie = "") {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(cookie && { cookie }) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: never; errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  // biome-ignore lint/suspicious/noExplicitAny: answers are as various as documents
  return data as any;
}

/** Creates an account with a project. */
export async function signUp(url: string): Promise<Sender> {
  const email = "ada@example.com";
  const response = await fetch(`${url}/api/auth/sign-up/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: url },
    body: JSON.stringify({ name: "Ada", email, password: "correct horse battery" }),
  });
  const cookie = response.headers
    .getSetCookie()
    .map((text) => text.split(";")[0])
    .join("; ");
  const { createProject } = await ask(
    url,
    'mutation { createProject(input: { name: "Bench" }) { id } }',
    {},
    cookie,
  );
  const { viewer } = await ask(url, "{ viewer { vault { id } } }", {}, cookie);
  return { cookie, email, vaultId: viewer.vault.id, projectId: createProject.id };
}
