import { readdir, readFile } from "node:fs/promises";

/** To be preloaded into the process whose heap is to be read: tests alone do that, the product can't be asked. */
const HEAP_PROBE = new URL("./heap-probe.ts", import.meta.url).href;

/** The environment that lets `readVitals` see what is alive in a process. */
export const WATCHED = { NODE_OPTIONS: `--expose-gc --import=${HEAP_PROBE}` };

/** What a process holds at one time. */
export interface Vitals {
  /** Since the start, in s. */
  at: number;
  /** What was alive after its last full collection of garbage, in and outside V8's heap, in MiB; none before the first. */
  heapMib: number | undefined;
  /** Resident memory, in MiB. */
  memoryMib: number;
  /** Open descriptors: files, sockets, pipes. */
  descriptors: number;
}

/** What a window of time came to: medians. */
type Window = Omit<Vitals, "at" | "heapMib"> & { heapMib: number };

/**
 * What the last window may have above the one before. Of what is alive nothing may stay but a few requests under way and
 * caches that are not quite full yet. Resident memory is there for leaks that V8 doesn't know of, and is coarse: V8 takes it ahead of need
 * and gives it back late: on a busy machine the same process was seen with 240 and with 340 MiB, of which 74 were alive.
 * Descriptors come and go with the load.
 */
const SLACK = {
  heapMib: { factor: 1.02, more: 1 },
  memoryMib: { factor: 1.4, more: 32 },
  descriptors: { factor: 1.2, more: 10 },
};

const KINDS = ["heapMib", "memoryMib", "descriptors"] as const;

/** Reads them from Linux, and what is alive from what a process that is `WATCHED` has written. */
export async function readVitals(pid: number, at: number, output: string): Promise<Vitals> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const descriptors = await readdir(`/proc/${pid}/fd`);
  const memoryKib = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
  const [, heapMib] = [...output.matchAll(/^live heap ([\d.]+) MiB$/gm)].at(-1) ?? [];
  return {
    at,
    heapMib: heapMib === undefined ? undefined : Number(heapMib),
    memoryMib: memoryKib / 1024,
    descriptors: descriptors.length,
  };
}

/**
 * The three thirds of a run. In the first one the caches fill and the compiler is at work, so it is between the second
 * and the third that nothing may grow.
 */
export function thirds(samples: readonly Vitals[]): [Window, Window, Window] {
  const third = (samples.at(-1)?.at ?? 0) / 3;
  const windowOf = (n: number): Window => {
    const own = samples.filter(({ at }) => at >= n * third && at <= (n + 1) * third);
    const medianOf = (what: (typeof KINDS)[number]) => median(own.flatMap((each) => each[what] ?? []));
    return {
      heapMib: medianOf("heapMib"),
      memoryMib: medianOf("memoryMib"),
      descriptors: medianOf("descriptors"),
    };
  };
  return [windowOf(0), windowOf(1), windowOf(2)];
}

/** What grew from the second third to the last, or was never seen, in words. */
export function growth([, second, last]: [Window, Window, Window]): string[] {
  return KINDS.flatMap((what) => {
    const { factor, more } = SLACK[what];
    return last[what] <= second[what] * factor + more
      ? []
      : [`${what} grew from ${second[what].toFixed(1)} to ${last[what].toFixed(1)}`];
  });
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
