import { setTimeout as pause } from "node:timers/promises";

/**
 * Seconds that work in progress may take to finish. Our statements time out after 15, so work that takes longer does not
 * succeed.
 */
export const PATIENCE_SECONDS = 20;

/** One step of the shutdown. */
interface Step {
  /** What it stops, for the log. */
  what: string;
  stop: () => Promise<unknown>;
  /** Seconds it may take; then the next step begins anyway. */
  within: number;
  /** Whether to wait for this step even after `hurry()`. */
  always?: boolean;
}

/** Stops the parts of a process in the reverse order of their start. */
export class Shutdown {
  readonly #steps: Step[] = [];
  readonly #hurry = new AbortController();
  readonly #onTrouble: (what: string, error?: unknown) => void;

  /** @param onTrouble called for each step that failed, with its error, or that took too long, without one. */
  constructor(onTrouble: (what: string, error?: unknown) => void) {
    this.#onTrouble = onTrouble;
  }

  /** Adds a part that has just started. */
  add(step: Step): void {
    this.#steps.push(step);
  }

  /** From now on waits only for steps marked `always`. */
  hurry(): void {
    this.#hurry.abort();
  }

  /** Waits for `work`, at most `seconds`, and not at all in a hurry. Resolves to whether it finished. */
  patiently(work: Promise<unknown>, seconds: number): Promise<boolean> {
    return inTime(work, seconds, this.#hurry.signal);
  }

  /** Runs all steps one after the other. Each runs even if the one before failed. */
  async run(): Promise<void> {
    for (const { what, stop, within, always } of this.#steps.splice(0).reverse()) {
      try {
        const isThrough = await (always ? inTime(stop(), within) : this.patiently(stop(), within));
        if (!isThrough && !this.#hurry.signal.aborted) this.#onTrouble(what);
      } catch (error) {
        this.#onTrouble(what, error);
      }
    }
  }
}

/** Whether `work` finishes within `seconds` and before `signal`. Throws its error if it fails in that time. */
async function inTime(work: Promise<unknown>, seconds: number, signal?: AbortSignal): Promise<boolean> {
  const isOver = new AbortController();
  const signals = signal ? [isOver.signal, signal] : [isOver.signal];
  const limit = pause(seconds * 1000, false, { signal: AbortSignal.any(signals) }).catch(() => false);
  // A failure after the limit is ignored.
  work.catch(() => {});
  try {
    return await Promise.race([work.then(() => true), limit]);
  } finally {
    isOver.abort();
  }
}
