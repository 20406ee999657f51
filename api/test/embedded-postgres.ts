import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import postgres, { type Sql } from "postgres";
import { afterAll, afterEach } from "vitest";
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from "../src/embedded-postgres/embedded-postgres.ts";
import { readCommandLine, readPids } from "../src/embedded-postgres/postmaster.ts";

/** Settings of a server whose data may be lost in a power cut. */
export const THROWAWAY: Record<string, string> = {
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
};

/** Run after each test, the latest first. */
const undo: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** Runs `step` after the test. */
export function onEnd(step: () => Promise<unknown>): void {
  undo.push(step);
}

/** Creates a folder that every user may enter. Removes it after the test, and ends servers that still run in it. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "embedded-postgres-"));
  await chmod(folder, 0o755);
  undo.push(async () => {
    // A failed test may leave an orphan, which has the folder in its command line.
    for (const pid of await pidsNaming(folder)) kill(pid, "SIGKILL");
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });
  return folder;
}

let prepared: Promise<string> | undefined;

afterAll(async () => {
  if (prepared !== undefined) await rm(await prepared, { recursive: true });
});

/** As `makeFolder`, with a database that was started and stopped once. Copying it takes a fifth of the time of `initdb`. */
export async function makeDataDir(): Promise<string> {
  prepared ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), "embedded-postgres-"));
    await (await startEmbeddedPostgres({ dataDir: folder, settings: THROWAWAY })).stop();
    return folder;
  })();
  const dataDir = join(await makeFolder(), "data");
  await promisify(execFile)("cp", ["-a", await prepared, dataDir]);
  return dataDir;
}

/** Starts a server in this process that is stopped after the test. */
export async function start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ settings: THROWAWAY, ...options });
  undo.push(() => server.stop());
  return server;
}

/** Connects to `url` until the end of the test. */
export function connect(url: string): Sql {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  undo.push(() => sql.end({ timeout: 0 }));
  return sql;
}

/** A separate process that has tried to start a server. */
export interface AppProcess {
  pid: number;
  /** Of the server; undefined if it did not start. */
  url: string | undefined;
  /** Its progress messages, and the error if it failed. */
  lines: string[];
  /** Kills it with SIGKILL and waits until it is gone. */
  killHard(): Promise<void>;
}

/** Options of `spawnApp`. */
type UserIds = { uid: number; gid: number };

const APP = `
  const { startEmbeddedPostgres } = await import(process.argv[1]);
  const options = JSON.parse(process.argv[2]);
  const say = (kind, text) => process.stdout.write(JSON.stringify({ kind, text }) + "\\n");
  try {
    const server = await startEmbeddedPostgres({ ...options, onProgress: (line) => say("line", line) });
    say("url", server.url);
    setInterval(() => {}, 1000);
  } catch (error) {
    say("error", error.name + ": " + error.message);
  }
`;

/**
 * Starts a server from a separate process, as another user if one is given. Resolves when that has succeeded, failed or
 * (see `spawnApp`) been killed.
 */
export async function startApp(options: EmbeddedPostgresOptions, user?: UserIds): Promise<AppProcess> {
  return (await spawnApp(options, user)).settled;
}

/** As `startApp`, but resolves as soon as the process runs; `settled` resolves when the start has ended. */
export async function spawnApp(
  options: EmbeddedPostgresOptions,
  user?: UserIds,
): Promise<{ pid: number; settled: Promise<AppProcess>; killHard(): Promise<void> }> {
  const start = JSON.stringify({ settings: THROWAWAY, ...options });
  const module = new URL("../src/embedded-postgres/embedded-postgres.ts", import.meta.url).href;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", APP, module, start], {
    ...user,
    cwd: "/",
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child, "spawn");
  const pid = child.pid ?? 0;
  const gone = once(child, "exit");
  const killHard = async () => {
    child.kill("SIGKILL");
    await gone;
  };
  undo.push(killHard);

  const app: AppProcess = { pid, url: undefined, lines: [], killHard };
  const settled = new Promise<AppProcess>((resolve) => {
    createInterface(child.stdout)
      .on("line", (line) => {
        const { kind, text } = JSON.parse(line) as { kind: "line" | "url" | "error"; text: string };
        if (kind === "url") app.url = text;
        else app.lines.push(text);
        if (kind !== "line") resolve(app);
      })
      .once("close", () => resolve(app));
  });
  return { pid, settled, killHard };
}

/** The process id in line 1 of the server's postmaster.pid. */
export async function postmasterPid(cluster: string): Promise<number> {
  return Number.parseInt(await readFile(join(cluster, "postmaster.pid"), "utf8"), 10);
}

/** Waits up to ten seconds until `condition` holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    if (await condition()) return;
    await setTimeout(10);
  }
  throw new Error("the condition did not hold within ten seconds");
}

/** Whether the process runs. An orphan that has ended may remain a zombie, which does not count. */
export async function isAlive(pid: number): Promise<boolean> {
  return (await readCommandLine(pid)) !== "";
}

/** Sends a signal; false if there is no such process. */
export function kill(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

async function pidsNaming(folder: string): Promise<number[]> {
  const pids = await readPids();
  const lines = await Promise.all(pids.map(readCommandLine));
  return pids.filter((_pid, i) => lines[i]?.includes(`${folder}/`));
}
