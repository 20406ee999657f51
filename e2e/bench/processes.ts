/** What processes use, read from /proc: on Linux only. */
import { readdir, readFile } from "node:fs/promises";

/** The unit of CPU times in /proc, in ms: `getconf CLK_TCK` is 100 on every Linux that Node runs on. */
const TICK_MS = 10;

interface ProcessState {
  parent: number;
  cpuMs: number;
}

/** Its parent, and the CPU that all its threads have used; undefined when there is no such process. */
async function stateOf(pid: number): Promise<ProcessState | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The name, in parentheses, may hold anything. After it: state, parent, …, user and system time as 12th and 13th.
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  if (!fields) return undefined;
  return { parent: Number(fields[1]), cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS };
}

/** CPU that these processes have used so far, in ms. */
export async function cpuOf(pids: readonly number[]): Promise<number> {
  const states = await Promise.all(pids.map(stateOf));
  return states.reduce((sum, state) => sum + (state?.cpuMs ?? 0), 0);
}

/** A process's parent. */
export async function parentOf(pid: number): Promise<number> {
  const state = await stateOf(pid);
  if (!state) throw new Error("the process has ended");
  return state.parent;
}

/** The processes that this one has started and that still run. */
export async function childrenOf(pid: number): Promise<number[]> {
  const pids = (await readdir("/proc")).map(Number).filter((each) => each > 0);
  const states = await Promise.all(pids.map(async (each) => ({ each, state: await stateOf(each) })));
  return states.filter(({ state }) => state?.parent === pid).map(({ each }) => each);
}

/** Resident memory of a process, in MiB. */
export async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
