import { rateLimits } from "@ttl-secrets/drizzle/schema";
import { lt } from "drizzle-orm";
import ipaddr from "ipaddr.js";
import { RateLimiterDrizzle, RateLimiterRes } from "rate-limiter-flexible";
import type { Database } from "./db.ts";
import { AppError } from "./errors.ts";

/** Requests per minute. Far above what a person does, far below what a flood needs. */
const PER_MINUTE = {
  /** Attempts at secrets, per client address. */
  reveal: 30,
  /** Questions whether a link is still good, per client address. */
  available: 60,
  /** New secrets, per member. */
  create: 60,
};

const WINDOW_SECONDS = 60;

/** Counts requests in the database, so that the limits hold across replicas. */
export class RateLimits {
  readonly #db: Database;
  readonly #limiters: Record<keyof typeof PER_MINUTE, RateLimiterDrizzle>;

  /** @param multiplier raises every limit, for load tests. */
  constructor(db: Database, multiplier: number) {
    this.#db = db;
    const limiter = (name: keyof typeof PER_MINUTE) =>
      new RateLimiterDrizzle({
        storeClient: db.orm,
        schema: rateLimits,
        keyPrefix: name,
        points: PER_MINUTE[name] * multiplier,
        duration: WINDOW_SECONDS,
        // Past its limit an address is refused from memory: a flood costs no further queries.
        inMemoryBlockOnConsumed: PER_MINUTE[name] * multiplier + 1,
        clearExpiredByTimeout: false,
      });
    this.#limiters = {
      reveal: limiter("reveal"),
      available: limiter("available"),
      create: limiter("create"),
    };
  }

  /**
   * Counts one request of `who`.
   *
   * @throws AppError `RATE_LIMITED`, with the seconds to wait, when there were too many.
   */
  async take(limit: keyof typeof PER_MINUTE, who: string): Promise<void> {
    try {
      await this.#limiters[limit].consume(who);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const retryAfterSeconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
      throw new AppError("RATE_LIMITED", `Too many requests. Try again in ${retryAfterSeconds} s.`, {
        retryAfterSeconds,
      });
    }
  }

  /** Removes counters whose window is over. */
  async sweep(): Promise<void> {
    await this.#db.orm.delete(rateLimits).where(lt(rateLimits.expire, new Date()));
  }
}

/**
 * Whom an address stands for in a rate limit: itself for IPv4; its /64 for IPv6, the least that one subscriber is
 * given (RFC 6177) and so can draw addresses from at will.
 */
export function clientOf(address: string): string {
  const parsed = ipaddr.process(address);
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(":")}::/64`;
}
