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
  /** All requests of an API key. */
  apiKey: 600,
  /** New API keys, per owner. */
  createApiKey: 20,
  /** Exports of the audit log, per member. */
  auditExport: 10,
  /** New secrets, per member or API key… */
  create: 60,
  /** …and per client address, which a whole office may share. */
  createFrom: 180,
};

type Limit = keyof typeof PER_MINUTE;

/** A /48 holds 65,536 /64s and may be one customer's (RFC 6177) or hundreds of them: it gets more, but not that much. */
const WIDE_FACTOR = 8;

const WINDOW_SECONDS = 60;

/** Whom a request counts for. */
export interface Client {
  /** Counted against the limit itself. */
  key: string;
  /** Counted against eight times the limit. */
  wideKey?: string;
}

/** Counts requests in the database, so that the limits hold across replicas. */
export class RateLimits {
  readonly #db: Database;
  readonly #onRefusal: (limit: Limit) => void;
  readonly #limiters = new Map<string, RateLimiterDrizzle>();

  /**
   * @param multiplier raises every limit, for load tests.
   * @param onRefusal is told of each refusal.
   */
  constructor(db: Database, multiplier: number, onRefusal: (limit: Limit) => void = () => {}) {
    this.#db = db;
    this.#onRefusal = onRefusal;
    for (const [limit, perMinute] of Object.entries(PER_MINUTE)) {
      this.#limiters.set(limit, limiter(db, limit, perMinute * multiplier));
      this.#limiters.set(wide(limit), limiter(db, wide(limit), perMinute * multiplier * WIDE_FACTOR));
    }
  }

  /**
   * Counts one request of `client`.
   *
   * @throws AppError `RATE_LIMITED`, with the seconds to wait, when there were too many.
   */
  async take(limit: Limit, { key, wideKey }: Client): Promise<void> {
    await this.#consume(limit, limit, key);
    if (wideKey) await this.#consume(limit, wide(limit), wideKey);
  }

  async #consume(limit: Limit, name: string, key: string): Promise<void> {
    const counter = this.#limiters.get(name);
    if (!counter) throw new Error("no such limit");
    try {
      await counter.consume(key);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      this.#onRefusal(limit);
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

const wide = (limit: string) => `${limit}-wide`;

function limiter(db: Database, name: string, points: number): RateLimiterDrizzle {
  return new RateLimiterDrizzle({
    storeClient: db.orm,
    schema: rateLimits,
    keyPrefix: name,
    points,
    duration: WINDOW_SECONDS,
    // Past its limit a client is refused from memory: a flood costs no further queries.
    inMemoryBlockOnConsumed: points + 1,
    clearExpiredByTimeout: false,
  });
}

/**
 * Headers that tell a refused client when to come back: Retry-After (RFC 9110 §10.2.3) and RateLimit (the IETF's
 * draft-ietf-httpapi-ratelimit-headers: nothing remaining, for so many seconds).
 */
export function waitHeaders(seconds: number): Record<string, string> {
  return { "Retry-After": String(seconds), RateLimit: `"default";r=0;t=${seconds}` };
}

/**
 * Whom an address counts for: itself for IPv4; for IPv6 its /64, the least that one subscriber is given and so can
 * draw addresses from at will, and its /48.
 */
export function clientOf(address: string): Client {
  const parsed = ipaddr.process(address);
  if (!(parsed instanceof ipaddr.IPv6)) return { key: parsed.toString() };
  const [a = 0, b = 0, c = 0, d = 0] = parsed.parts;
  const hex = (...parts: number[]) => parts.map((part) => part.toString(16)).join(":");
  return { key: `${hex(a, b, c, d)}::/64`, wideKey: `${hex(a, b, c)}::/48` };
}
