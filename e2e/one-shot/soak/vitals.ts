import { readdir, readFile } from "node:fs/promises";

/** What a process holds at one time. */
export interface Vitals {
  /** Since the start, in s. */
  at: number;
  /** Resident memory, in MiB. */
  memoryMib: number;
  /** Open descriptors: files, sockets, pipes. */
  descriptors: number;
}

/** What a window of time came to: medians. */
type Window = Omit<Vitals, "at">;

/**
 * What the last window may have above the one before. V8 takes memory ahead of need and gives it back late: on a busy machine
 * the same process was seen with 240 and with 340 MiB, of which 74 were alive. So it takes a longer run to find a slow leak.
 * Descriptors come and go with the load.
 */
const SLACK = { memoryMib: { factor: 1.4, more: 32 }, descriptors: { factor: 1.2, more: 10 } };

/** Reads them from Linux. */
export async function readVitals(pid: number, at: number): Promise<Vitals> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const descriptors = await readdir(`/proc/${pid}/fd`);
  const memoryKib = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
  return { at, memoryMib: memoryKib / 1024, descriptors: descriptors.length };
}

/**
 * The three thirds of a run. In the first one the caches fill and the compiler is at work, so it is between the second
 * and the third that nothing may grow.
 */
export function thirds(samples: readonly Vitals[]): [Window, Window, Window] {
  const third = (samples.at(-1)?.at ?? 0) / 3;
  const windowOf = (n: number): Window => {
    const own = samples.filter(({ at }) => at >= n * third && at <= (n + 1) * third);
    return {
      memoryMib: median(own.map(({ memoryMib }) => memoryMib)),
      descriptors: median(own.map(({ descriptors }) => descriptors)),
    };
  };
  return [windowOf(0), windowOf(1), windowOf(2)];
}

/** What grew from the second third to the last, in words. */
export function growth([, second, last]: [Window, Window, Window]): string[] {
  return (["memoryMib", "descriptors"] as const).flatMap((what) => {
    const { factor, more } = SLACK[what];
    return last[what] <= second[what] * factor + more
      ? []
      : [`${what} grew from ${second[what].toFixed(0)} to ${last[what].toFixed(0)}`];
  });
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
