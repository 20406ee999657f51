import { readFileSync } from "node:fs";

/** How often the processes are looked at, in ms. */
const POLL_MS = 1000;

/** How this module sees processes. */
export interface ProcessTable {
  /** Parent of a process; undefined if it has ended or can't be read. */
  parentOf: (pid: number) => number | undefined;
  /** Whether the process is part of `start` of a package manager, or of npx. */
  isScript: (pid: number) => boolean;
}

/**
 * This machine's processes. Only Linux tells about processes other than this one; elsewhere its own parent is all that is
 * known.
 */
const machine: ProcessTable = {
  parentOf(pid) {
    if (pid === process.pid) return process.ppid;
    // The name, in parentheses, may contain anything. `man 5 proc`: state and parent follow it.
    const [, parent] = /.*\) \S (\d+) /s.exec(read(pid, "stat")) ?? [];
    return parent === undefined ? undefined : Number(parent);
  },
  isScript(pid) {
    return pid === process.pid || /(^|\0)npm_lifecycle_event=(start|npx)\0/.test(read(pid, "environ"));
  },
};

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

/**
 * Each process between this one and the package manager that was called, with its parent. `npx pnpm start` runs npx, a
 * shell, pnpm, a shell, and the server.
 */
export function scriptChain(
  pid: number,
  { parentOf, isScript }: ProcessTable = machine,
): Map<number, number> {
  const chain = new Map<number, number>();
  for (let child = pid; isScript(child); ) {
    const parent = parentOf(child);
    if (parent === undefined || chain.has(child)) break;
    chain.set(child, parent);
    child = parent;
  }
  return chain;
}

/** Whether any process of the chain has lost its parent: it then has another one, such as init. */
export function isBroken(
  chain: Map<number, number>,
  { parentOf }: Pick<ProcessTable, "parentOf"> = machine,
): boolean {
  return [...chain].some(([child, parent]) => parentOf(child) !== parent);
}

/**
 * Calls `onEnd` once when the package manager that started this process has ended. npx and pnpm forward no signal, so a
 * supervisor that stops them would otherwise leave the server running. Only for a process that `start` of a package manager
 * runs. On systems other than Linux it watches the parent only.
 */
export function watchPackageManager(onEnd: () => void): void {
  const chain = scriptChain(process.pid);
  const timer = setInterval(() => {
    if (!isBroken(chain)) return;
    clearInterval(timer);
    onEnd();
  }, POLL_MS).unref();
}
