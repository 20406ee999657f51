import { useSyncExternalStore } from "react";
import { serverNow } from "../api/server-clock.ts";

/** One timer for all components with the same interval, however many rows are on the page. */
class Ticker {
  readonly #everyMs: number;
  readonly #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => {
      for (const each of this.#listeners) each();
    }, this.#everyMs);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  };
}

const everySecond = new Ticker(1_000);
const everyTenSeconds = new Ticker(10_000);
const never = () => () => {};

/**
 * A value derived from the server's time, recomputed every second, every ten seconds, or only on render. The
 * component rerenders only when the result changes.
 */
export function useTicking<Result extends string | number | boolean>(
  pace: "second" | "ten-seconds" | "still",
  read: (now: number) => Result,
): Result {
  const subscribe =
    pace === "second" ? everySecond.subscribe : pace === "ten-seconds" ? everyTenSeconds.subscribe : never;
  return useSyncExternalStore(subscribe, () => read(serverNow()));
}
