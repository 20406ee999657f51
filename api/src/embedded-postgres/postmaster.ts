import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { runCommand } from "./command.ts";

/** State of a server, as it writes it to `postmaster.pid`. */
export interface Postmaster {
  pid: number;
  /** Port that it listens on; 0 until known. */
  port: number;
  /** Whether it accepts connections. */
  ready: boolean;
}

/** Seconds that a fast shutdown may take before an immediate one follows. */
export const FAST_STOP_SECONDS = 10;

/** Seconds that an immediate shutdown may take. PostgreSQL itself kills its children after 5. */
export const IMMEDIATE_STOP_SECONDS = 10;

/** Interval in milliseconds at which to poll a process or file. */
export const POLL_MS = 15;

/**
 * Reads `postmaster.pid`, which a running server keeps in its cluster and a killed one leaves behind.
 * Line 1 is the process id, line 4 the port and line 8 the state: src/include/utils/pidfile.h in PostgreSQL.
 *
 * @returns undefined if the file is missing or has no process id yet.
 */
export async function readPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(cluster, "postmaster.pid"), "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  });
  const lines = text.split("\n");
  const pid = Number.parseInt(lines[0] ?? "", 10);
  const port = Number.parseInt(lines[3] ?? "", 10) || 0;
  return pid > 0 ? { pid, port, ready: lines[7]?.trim() === "ready" } : undefined;
}

/**
 * Stops the server, if any, that a killed app left running on `cluster`. The caller holds the lock, so no running app uses
 * it. It is not reused, because its log pipe is broken, its settings may be an older version's, and only a parent process
 * learns of its exit.
 *
 * @returns the process id in a stale `postmaster.pid` (its process is gone, or is not our server), if any.
 * @throws Error if the server does not stop.
 */
export async function stopOrphan(
  cluster: string,
  onProgress: (line: string) => void,
): Promise<number | undefined> {
  const postmaster = await readPostmaster(cluster);
  if (!postmaster) return undefined;
  const { pid } = postmaster;
  if (!(await isServerOf(cluster, pid))) return pid;

  onProgress(`Stopping the database server that a killed start left behind (process ${pid}).`);
  for (const [signal, seconds] of [
    ["SIGINT", FAST_STOP_SECONDS],
    ["SIGQUIT", IMMEDIATE_STOP_SECONDS],
  ] as const) {
    signalIfAlive(pid, signal);
    const deadline = Date.now() + seconds * 1000;
    while (Date.now() < deadline) {
      if (!(await isServerOf(cluster, pid))) return (await readPostmaster(cluster))?.pid;
      await setTimeout(POLL_MS);
    }
  }
  throw new Error(
    `The database server left behind in ${cluster} does not stop. End process ${pid} and start again.`,
  );
}

/**
 * Whether process `pid` is a server that runs on `cluster`. Process ids are reused, especially after a reboot, so the one in
 * an old `postmaster.pid` may belong to the system's own PostgreSQL or any other process. Only a server has this command
 * line; its children and a zombie do not.
 */
async function isServerOf(cluster: string, pid: number): Promise<boolean> {
  const commandLine = await readCommandLine(pid);
  const [option, path] = serverArguments(cluster);
  if (commandLine.includes(`/postgres ${option} ${path} `)) return true;
  // The folder may have been moved while the server runs in it. Only Linux shows that.
  const moved = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  return moved === cluster && commandLine.includes(`/postgres ${option} `);
}

/** First arguments of every server, by which `isServerOf` recognises it. */
export function serverArguments(cluster: string): [option: string, cluster: string] {
  return ["-D", cluster];
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** Program and arguments of a process, separated by spaces; empty if there is no such process, or it is a zombie. */
export async function readCommandLine(pid: number): Promise<string> {
  if (process.platform === "linux") {
    // Not `ps`, which a minimal Debian lacks.
    const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    return text.replaceAll("\0", " ");
  }
  // macOS. -ww: do not cut the line.
  const { code, output } = await runCommand("ps", ["-ww", "-o", "command=", "-p", String(pid)]);
  return code === 0 ? output : "";
}

/** Ids of all processes. */
export async function readPids(): Promise<number[]> {
  const names =
    process.platform === "linux"
      ? await readdir("/proc")
      : (await runCommand("ps", ["-A", "-o", "pid="])).output.split("\n").map((line) => line.trim());
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}
