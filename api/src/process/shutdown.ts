import { setTimeout as pause } from "node:timers/promises";

/**
 * How long what is running may take to finish, in seconds: statements of ours time out after 15, so nothing that is going
 * to end well takes longer.
 */
export const PATIENCE_SECONDS = 20;

/** One thing to be taken down. */
interface Step {
  /** What it is, in words for the log. */
  what: string;
  stop: () => Promise<unknown>;
  /** Seconds it may take; after them the next step is taken all the same. */
  within: number;
  /** Whether it is waited for even when everything else has to end at once. */
  always?: boolean;
}

/** Takes down what a process holds open, in the reverse of the order in which it was put up. */
export class Shutdown {
  readonly #steps: Step[] = [];
  readonly #hurry = new AbortController();
  readonly #onTrouble: (what: string, error?: unknown) => void;

  /** @param onTrouble is told what failed to stop, and why, or did not stop in time. */
  constructor(onTrouble: (what: string, error?: unknown) => void) {
    this.#onTrouble = onTrouble;
  }

  /** Adds what has just been put up. */
  add(step: Step): void {
    this.#steps.push(step);
  }

  /** From now on nothing is waited for that need not be. */
  hurry(): void {
    this.#hurry.abort();
  }

  /** Waits for `work`, for at most so many seconds, and not at all in a hurry. Resolves to whether it was through. */
  patiently(work: Promise<unknown>, seconds: number): Promise<boolean> {
    return inTime(work, seconds, this.#hurry.signal);
  }

  /** Takes everything down, one after the other. Each step is begun, whatever became of the one before. */
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

/** Whether `work` is through within so many seconds and before `signal`. Throws what it throws until then. */
async function inTime(work: Promise<unknown>, seconds: number, signal?: AbortSignal): Promise<boolean> {
  const isOver = new AbortController();
  const signals = signal ? [isOver.signal, signal] : [isOver.signal];
  const limit = pause(seconds * 1000, false, { signal: AbortSignal.any(signals) }).catch(() => false);
  // Should it fail when nobody waits for it any more, that is no news.
  work.catch(() => {});
  try {
    return await Promise.race([work.then(() => true), limit]);
  } finally {
    isOver.abort();
  }
}
