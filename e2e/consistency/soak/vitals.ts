import { readdir, readFile } from "node:fs/promises";

/** Preloaded into the process whose heap is read. Only tests do that. */
const HEAP_PROBE = new URL("./heap-probe.ts", import.meta.url).href;

/** Environment that makes a process report its live memory to `readVitals`. */
export const WATCHED = { NODE_OPTIONS: `--expose-gc --import=${HEAP_PROBE}` };

/** Resources of a process at one time. */
export interface Vitals {
  /** Seconds since the start. */
  at: number;
  /** Live memory after the last full collection, inside and outside of V8's heap, in MiB; none before the first. */
  heapMib: number | undefined;
  /** Resident memory, in MiB. */
  memoryMib: number;
  /** Open descriptors: files, sockets, pipes. */
  descriptors: number;
}

/** Medians of a time window. */
type Window = Omit<Vitals, "at" | "heapMib"> & { heapMib: number };

/**
 * Allowed growth from one window to the next. Live memory may grow by a few requests under way and caches that are still
 * filling. Resident memory shows leaks outside of V8, coarsely, because V8 allocates ahead and releases late: on a busy
 * machine the same process had 240 and 340 MiB, of which 74 were live. Descriptors vary with the load.
 */
const SLACK = {
  heapMib: { factor: 1.02, more: 1 },
  memoryMib: { factor: 1.4, more: 32 },
  descriptors: { factor: 1.2, more: 10 },
};

const KINDS = ["heapMib", "memoryMib", "descriptors"] as const;

/** Reads them from /proc, and the live memory from the output of a process started with `WATCHED`. */
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
 * The three thirds of a run. In the first, caches fill and the compiler works, so growth is measured between the second
 * and the third.
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

/** Lists what grew from the second third to the last, or was never read. */
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
