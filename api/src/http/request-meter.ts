import { rateLimited } from "../shared/errors.ts";
import { type RateLimitKeys, WIDE_FACTOR } from "../shared/rate-limit.ts";

/** Length of a window in ms: short, so that a refused client need not wait long. */
const WINDOW_MS = 10_000;

/**
 * Requests per window and address. A recipient's page makes three to five requests, so 60 recipients behind one address
 * can open their links within ten seconds, 360 within a minute. An honest request took 1.2 ms of CPU on a busy machine, the
 * costliest about three times that (`pnpm bench:security`), so a flood from one address takes a tenth of a core.
 */
const PER_WINDOW = 300;

/** Maximum number of keys counted at once: some 10 MB. */
const MAX_KEYS = 100_000;

/**
 * Counts requests without a credential in memory, by rate-limit key, before anything is done for them. Each process counts
 * for itself. All windows begin together, so forgetting them needs no timers.
 */
export class RequestMeter {
  readonly #limit: number;
  readonly #onRefusal: (limit: string) => void;
  readonly #counts = new Map<string, number>();
  #windowEndsAt = 0;

  /**
   * @param multiplier raises the limit, for load tests.
   * @param onRefusal is called at each refusal.
   */
  constructor(multiplier: number, onRefusal: (limit: string) => void = () => {}) {
    this.#limit = PER_WINDOW * multiplier;
    this.#onRefusal = onRefusal;
  }

  /**
   * Counts a request.
   *
   * @throws AppError `RATE_LIMITED`, with the seconds to wait, when there were too many.
   */
  take({ key, wideKey }: RateLimitKeys): void {
    const now = performance.now();
    if (now >= this.#windowEndsAt || this.#counts.size > MAX_KEYS) {
      this.#counts.clear();
      this.#windowEndsAt = now + WINDOW_MS;
    }
    const isOver = this.#count(key) > this.#limit;
    const isWideOver = wideKey !== undefined && this.#count(wideKey) > this.#limit * WIDE_FACTOR;
    if (!isOver && !isWideOver) return;
    this.#onRefusal("stranger");
    throw rateLimited(this.#windowEndsAt - now);
  }

  #count(key: string): number {
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count;
  }
}
