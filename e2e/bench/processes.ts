/** What processes use, read from /proc: on Linux only. */
import { readdir, readFile } from "node:fs/promises";

/** Its parent; undefined when there is no such process. */
async function parentIfThere(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The name, in parentheses, may hold anything. After it: state, parent, …
  const parent = text?.slice(text.lastIndexOf(")") + 2).split(" ")[1];
  return parent === undefined ? undefined : Number(parent);
}

/** CPU that the threads of a process have used so far, those that have ended left out, in ms; 0 when there is none. */
async function cpuOfProcess(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  // In ns, while /proc/…/stat counts in hundredths of a second, which is coarse for a round of some tenths.
  const times = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/schedstat`, "utf8").catch(() => "0")),
  );
  return times.reduce((sum, text) => sum + Number(text.split(" ")[0]) / 1e6, 0);
}

/** CPU that each of these processes has used so far, in ms. */
export async function cpuOf(pids: readonly number[]): Promise<Map<number, number>> {
  return new Map(await Promise.all(pids.map(async (pid) => [pid, await cpuOfProcess(pid)] as const)));
}

/** What these processes have used of the CPU since then, in ms: all of what has started since, nothing of what is gone. */
export async function cpuSince(
  before: ReadonlyMap<number, number>,
  pids: readonly number[],
): Promise<number> {
  const after = await cpuOf(pids);
  return [...after].reduce((sum, [pid, ms]) => sum + Math.max(0, ms - (before.get(pid) ?? 0)), 0);
}

/** A process's parent. */
export async function parentOf(pid: number): Promise<number> {
  const parent = await parentIfThere(pid);
  if (parent === undefined) throw new Error("the process has ended");
  return parent;
}

/** The processes that this one has started and that still run. */
export async function childrenOf(pid: number): Promise<number[]> {
  const pids = (await readdir("/proc")).map(Number).filter((each) => each > 0);
  const parents = await Promise.all(pids.map(parentIfThere));
  return pids.filter((_, index) => parents[index] === pid);
}

/** Resident memory of a process, in MiB. */
export async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
