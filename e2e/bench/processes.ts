/** CPU time and memory of processes, from /proc (Linux only). */
import { readdir, readFile } from "node:fs/promises";

/** Parent of a process; undefined if there is no such process. */
async function parentIfThere(pid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The name, in parentheses, may contain anything. After it: state, parent, …
  const parent = text?.slice(text.lastIndexOf(")") + 2).split(" ")[1];
  return parent === undefined ? undefined : Number(parent);
}

/** CPU time used by the live threads of a process, in ms; 0 if there is no such process. */
async function cpuOfProcess(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  // schedstat counts ns; /proc/…/stat counts 10 ms, too coarse for rounds of a few hundred ms.
  const times = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/schedstat`, "utf8").catch(() => "0")),
  );
  return times.reduce((sum, text) => sum + Number(text.split(" ")[0]) / 1e6, 0);
}

/** CPU time used so far by each process, in ms. */
export async function cpuOf(pids: readonly number[]): Promise<Map<number, number>> {
  return new Map(await Promise.all(pids.map(async (pid) => [pid, await cpuOfProcess(pid)] as const)));
}

/** CPU time used by these processes since `before`, in ms. Processes that have ended since are not counted. */
export async function cpuSince(
  before: ReadonlyMap<number, number>,
  pids: readonly number[],
): Promise<number> {
  const after = await cpuOf(pids);
  return [...after].reduce((sum, [pid, ms]) => sum + Math.max(0, ms - (before.get(pid) ?? 0)), 0);
}

/** Parent of a process. @throws Error if it has ended. */
export async function parentOf(pid: number): Promise<number> {
  const parent = await parentIfThere(pid);
  if (parent === undefined) throw new Error("the process has ended");
  return parent;
}

/** Running children of a process. */
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
