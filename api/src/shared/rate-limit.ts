import { rateLimits } from "@ttl-secrets/drizzle/schema";
import { lt } from "drizzle-orm";
import ipaddr from "ipaddr.js";
import { RateLimiterDrizzle, RateLimiterRes } from "rate-limiter-flexible";
import type { Database } from "../db/client.ts";
import { rateLimited } from "./errors.ts";

/** Requests per minute: far more than a person makes, far fewer than a flood needs. */
const PER_MINUTE = {
  /** Attempts at secrets, per client address. */
  reveal: 30,
  /** Availability checks of links, per client address. */
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

/** A /48 contains 65,536 /64s and may belong to one customer (RFC 6177) or to hundreds, hence a higher limit. */
export const WIDE_FACTOR = 8;

const WINDOW_SECONDS = 60;

/** What a request is counted by. */
export interface RateLimitKeys {
  /** Counted against the limit itself. */
  key: string;
  /** Counted against eight times the limit. */
  wideKey?: string;
}

/** Counts requests in the database, so that the limits hold across replicas. */
export class RateLimits {
  readonly #db: Database;
  readonly #onRefusal: (limit: Limit) => void;
  readonly #counters = new Map<string, Counters>();

  /**
   * @param multiplier raises every limit, for load tests.
   * @param onRefusal is called at each refusal.
   */
  constructor(db: Database, multiplier: number, onRefusal: (limit: Limit) => void = () => {}) {
    this.#db = db;
    this.#onRefusal = onRefusal;
    for (const [limit, perMinute] of Object.entries(PER_MINUTE)) {
      this.#counters.set(limit, new Counters(db, limit, perMinute * multiplier));
      this.#counters.set(wide(limit), new Counters(db, wide(limit), perMinute * multiplier * WIDE_FACTOR));
    }
  }

  /**
   * Counts one request of `client`.
   *
   * @throws AppError `RATE_LIMITED`, with the seconds to wait, when there were too many.
   */
  async take(limit: Limit, { key, wideKey }: RateLimitKeys): Promise<void> {
    await this.#consume(limit, limit, key);
    if (wideKey) await this.#consume(limit, wide(limit), wideKey);
  }

  async #consume(limit: Limit, name: string, key: string): Promise<void> {
    const msToWait = await this.#counters.get(name)?.take(key);
    if (msToWait === undefined) return;
    this.#onRefusal(limit);
    throw rateLimited(msToWait);
  }

  /** Removes counters whose window is over. */
  async sweep(): Promise<void> {
    await this.#db.orm.delete(rateLimits).where(lt(rateLimits.expire, new Date()));
  }
}

const wide = (limit: string) => `${limit}-wide`;

/** A request that waits to be counted. Resolves with undefined if it may pass, else with the ms to wait. */
type Waiting = PromiseWithResolvers<number | undefined>;

/**
 * The counters of one limit, one per client. Requests that arrive while a query for their client runs are counted together
 * by the next query, so that many users behind one address do not queue for its row one by one. The count is the same.
 */
class Counters {
  readonly #limiter: RateLimiterDrizzle;
  readonly #points: number;
  /** By client, while a query for it runs. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(db: Database, name: string, points: number) {
    this.#points = points;
    this.#limiter = new RateLimiterDrizzle({
      storeClient: db.orm,
      schema: rateLimits,
      keyPrefix: name,
      points,
      duration: WINDOW_SECONDS,
      // Past its limit a client is refused from memory, so a flood costs no further queries.
      inMemoryBlockOnConsumed: points + 1,
      clearExpiredByTimeout: false,
    });
  }

  /** Counts a request of this client. Returns the ms to wait, or undefined if it may pass. */
  take(client: string): Promise<number | undefined> {
    const request: Waiting = Promise.withResolvers();
    const waiting = this.#waiting.get(client);
    if (waiting) waiting.push(request);
    else void this.#countAll(client, [request]);
    return request.promise;
  }

  async #countAll(client: string, first: Waiting[]): Promise<void> {
    for (let requests = first; requests.length > 0; requests = this.#waiting.get(client) ?? []) {
      this.#waiting.set(client, []);
      try {
        const { passing, msToWait } = await this.#count(client, requests.length);
        for (const [index, { resolve }] of requests.entries()) {
          resolve(index < passing ? undefined : msToWait);
        }
      } catch (error) {
        for (const { reject } of requests) reject(error);
      }
    }
    this.#waiting.delete(client);
  }

  /** Counts several requests at once. Returns how many of them are within the limit. */
  async #count(client: string, requests: number): Promise<{ passing: number; msToWait: number }> {
    try {
      const { msBeforeNext } = await this.#limiter.consume(client, requests);
      return { passing: requests, msToWait: msBeforeNext };
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const { consumedPoints, msBeforeNext } = refusal;
      // A refusal from memory has no count: the limit was exceeded before.
      const before = consumedPoints > 0 ? consumedPoints - requests : this.#points;
      return { passing: Math.max(0, this.#points - before), msToWait: msBeforeNext };
    }
  }
}

/**
 * Headers that tell a refused client when to retry: Retry-After (RFC 9110 §10.2.3) and RateLimit (the IETF's
 * draft-ietf-httpapi-ratelimit-headers: nothing remaining, for so many seconds).
 */
export function waitHeaders(seconds: number): Record<string, string> {
  return { "Retry-After": String(seconds), RateLimit: `"default";r=0;t=${seconds}` };
}

/**
 * Rate-limit keys of an address: itself for IPv4; for IPv6 its /64, the smallest network that a subscriber gets and can
 * choose addresses from freely, and its /48.
 */
export function rateLimitKeys(address: string): RateLimitKeys {
  const parsed = ipaddr.process(address);
  if (!(parsed instanceof ipaddr.IPv6)) return { key: parsed.toString() };
  const [a = 0, b = 0, c = 0, d = 0] = parsed.parts;
  const hex = (...parts: number[]) => parts.map((part) => part.toString(16)).join(":");
  return { key: `${hex(a, b, c, d)}::/64`, wideKey: `${hex(a, b, c)}::/48` };
}
