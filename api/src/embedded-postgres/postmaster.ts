import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { runCommand } from "./command.ts";

/** What a server says about itself in `postmaster.pid`. */
export interface Postmaster {
  pid: number;
  /** Where it listens; 0 before it knows. */
  port: number;
  /** Whether it takes connections. */
  ready: boolean;
}

/** Seconds a server gets to write out its memory and leave, before it is told to leave at once. */
export const FAST_STOP_SECONDS = 10;

/** Seconds a server then gets: PostgreSQL itself kills children that have not left after 5. */
export const IMMEDIATE_STOP_SECONDS = 10;

/** How often a process or file is looked at while waiting for it, in milliseconds. */
export const POLL_MS = 15;

/**
 * Reads `postmaster.pid`, which a running server keeps in its cluster and a killed one leaves there.
 * Line 1 is the process id, line 4 the port and line 8 the state: src/include/utils/pidfile.h in PostgreSQL.
 *
 * @returns undefined if there is no such file, or none with a process id yet.
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
 * Stops the server that a killed app left running on `cluster`, if there is one. The caller holds the lock, so no live
 * app uses it. It is stopped and not adopted because its log pipe is broken, its settings may be an older version's,
 * and only a parent learns of its server's exit.
 *
 * @returns a process id that `postmaster.pid` names without right (its process is gone, or is none of ours), if any.
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
 * Whether process `pid` is a server that runs on `cluster`. Process ids are given out anew, after a reboot above all, so
 * the one in an old `postmaster.pid` may by now be the system's own PostgreSQL or anything else. Only a server's command
 * line reads so; that of its children and of a zombie does not.
 */
async function isServerOf(cluster: string, pid: number): Promise<boolean> {
  const commandLine = await readCommandLine(pid);
  const [option, path] = serverArguments(cluster);
  if (commandLine.includes(`/postgres ${option} ${path} `)) return true;
  // The folder may have been moved under the server, which works in it. Only Linux can tell.
  const moved = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  return moved === cluster && commandLine.includes(`/postgres ${option} `);
}

/** The first arguments of every server started here: `isServerOf` knows them again. */
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

/** The program and arguments of a process, separated by spaces; empty if there is no such process, or a zombie. */
export async function readCommandLine(pid: number): Promise<string> {
  if (process.platform === "linux") {
    // Not by `ps`: a minimal Debian has none.
    const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    return text.replaceAll("\0", " ");
  }
  // macOS. -ww: do not cut the line.
  const { code, output } = await runCommand("ps", ["-ww", "-o", "command=", "-p", String(pid)]);
  return code === 0 ? output : "";
}

/** The ids of all processes. */
export async function readPids(): Promise<number[]> {
  const names =
    process.platform === "linux"
      ? await readdir("/proc")
      : (await runCommand("ps", ["-A", "-o", "pid="])).output.split("\n").map((line) => line.trim());
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}
