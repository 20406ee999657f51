import { rateLimits } from "@ttl-secrets/drizzle/schema";
import { lt } from "drizzle-orm";
import ipaddr from "ipaddr.js";
import { RateLimiterDrizzle, RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { Database } from "../db/client.ts";
import { type AppError, rateLimited } from "./errors.ts";

/** Most requests within a window of so many seconds. */
interface Rule {
  requests: number;
  seconds: number;
}

const perMinute = (requests: number): Rule => ({ requests, seconds: 60 });

/** Far more than a person makes, far fewer than a flood needs. */
const LIMITS = {
  /** Attempts at links without a pending secret, per client address; and at one pending secret. */
  reveal: perMinute(30),
  /** Availability checks of links without a pending secret, per client address; and of one pending secret. */
  available: perMinute(60),
  /** All requests of an API key. */
  apiKey: perMinute(600),
  /** New API keys, per owner. */
  createApiKey: perMinute(20),
  /** Exports of the audit log, per member. */
  auditExport: perMinute(10),
  /** New secrets, per member or API key… */
  create: perMinute(60),
  /** …and per client address, which a whole office may share. */
  createFrom: perMinute(180),
  /** Other changes, per member; eight times as many per vault. */
  write: perMinute(120),
  /** Sign-ins from devices that are not known, per client address… */
  signIn: perMinute(10),
  /** …and per account, from all addresses: 2,880 a day. NIST SP 800-63B-4 §3.2.2 requires a limit per account. */
  signInAccount: { requests: 20, seconds: 600 },
  /** Sign-ins at an account from one device that is known to it. */
  signInDevice: { requests: 20, seconds: 600 },
  /** New accounts, per client address. */
  signUp: perMinute(5),
  /** Per client address. */
  signOut: perMinute(300),
  /** Changes of a password, per client address… */
  changePassword: perMinute(5),
  /** …and per account, so that a stolen session can't guess the password from many addresses. */
  changePasswordAccount: { requests: 20, seconds: 600 },
} as const satisfies Record<string, Rule>;

/** The name of a limit, also in the metrics. */
type Limit = keyof typeof LIMITS;

/** The limits whose requests name a link. */
export type LinkLimit = Extract<Limit, "reveal" | "available">;

/** A /48 contains 65,536 /64s and may belong to one customer (RFC 6177) or to hundreds, hence a higher limit. */
export const WIDE_FACTOR = 8;

/** What a request is counted by. */
export interface RateLimitKeys {
  /** Counted against the limit itself. */
  key: string;
  /** Counted against eight times the limit: a network, or a vault. */
  wideKey?: string;
}

/** Counts requests in the database, so that the limits hold across replicas. */
export class RateLimits {
  readonly #db: Database;
  readonly #onRefusal: (limit: Limit) => void;
  readonly #counters = new Map<string, Counters>();
  /** Counters of links that lead to a pending secret. */
  readonly #links = new Map<Limit, RateLimiterMemory>();

  /**
   * @param multiplier raises every limit, for load tests.
   * @param onRefusal is called at each refusal.
   */
  constructor(db: Database, multiplier: number, onRefusal: (limit: Limit) => void = () => {}) {
    this.#db = db;
    this.#onRefusal = onRefusal;
    for (const [limit, { requests, seconds }] of Object.entries(LIMITS) as [Limit, Rule][]) {
      const points = requests * multiplier;
      this.#counters.set(limit, new Counters(db, limit, { points, duration: seconds }));
      const widePoints = points * WIDE_FACTOR;
      this.#counters.set(
        wide(limit),
        new Counters(db, wide(limit), { points: widePoints, duration: seconds }),
      );
    }
    for (const limit of ["reveal", "available"] satisfies LinkLimit[]) {
      const { requests: points, seconds: duration } = LIMITS[limit];
      this.#links.set(limit, new RateLimiterMemory({ points: points * multiplier, duration }));
    }
  }

  /**
   * Counts one request of a client.
   *
   * @param onExceeded is called before the first refusal of a window in this process.
   * @throws AppError `RATE_LIMITED`, with the seconds to wait, when there were too many.
   */
  async take(
    limit: Limit,
    { key, wideKey }: RateLimitKeys,
    onExceeded: () => Promise<void> = async () => {},
  ): Promise<void> {
    await this.#consume(limit, limit, key, onExceeded);
    if (wideKey) await this.#consume(limit, wide(limit), wideKey, onExceeded);
  }

  /**
   * Counts one request that names the link of a pending secret, which no one can guess, so that it counts neither by nor
   * against the client's address. In memory and per process, because this limit bounds cost only.
   *
   * @throws AppError `RATE_LIMITED`, with the seconds to wait, when there were too many.
   */
  async takeLink(limit: LinkLimit, link: string): Promise<void> {
    try {
      await this.#links.get(limit)?.consume(link);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw this.#refusal(limit, refusal.msBeforeNext);
    }
  }

  async #consume(limit: Limit, name: string, key: string, onExceeded: () => Promise<void>): Promise<void> {
    const refused = await this.#counters.get(name)?.take(key);
    if (!refused) return;
    if (refused.isFirst) await onExceeded();
    throw this.#refusal(limit, refused.msToWait);
  }

  #refusal(limit: Limit, msToWait: number): AppError {
    this.#onRefusal(limit);
    return rateLimited(msToWait);
  }

  /** Removes counters whose window is over. */
  async sweep(): Promise<void> {
    await this.#db.orm.delete(rateLimits).where(lt(rateLimits.expire, new Date()));
  }
}

const wide = (limit: string) => `${limit}-wide`;

/** A refusal: how long to wait, and whether it is the first one since the limit was exceeded. */
interface Refused {
  msToWait: number;
  isFirst: boolean;
}

/** A request that waits to be counted. Resolves with undefined if it may pass. */
type Waiting = PromiseWithResolvers<Refused | undefined>;

/**
 * The counters of one limit, one per client. Requests that arrive while a query for their client runs are counted together
 * by the next query, so that many users behind one address do not queue for its row one by one. The count is the same.
 */
class Counters {
  readonly #limiter: RateLimiterDrizzle;
  readonly #points: number;
  /** By client, while a query for it runs. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(db: Database, name: string, { points, duration }: { points: number; duration: number }) {
    this.#points = points;
    this.#limiter = new RateLimiterDrizzle({
      storeClient: db.orm,
      schema: rateLimits,
      keyPrefix: name,
      points,
      duration,
      // Past its limit a client is refused from memory, so a flood costs no further queries.
      inMemoryBlockOnConsumed: points + 1,
      clearExpiredByTimeout: false,
    });
  }

  /** Counts a request of this client. Returns undefined if it may pass. */
  take(client: string): Promise<Refused | undefined> {
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
        const { passing, msToWait, isFromMemory } = await this.#count(client, requests.length);
        for (const [index, { resolve }] of requests.entries()) {
          resolve(index < passing ? undefined : { msToWait, isFirst: !isFromMemory && index === passing });
        }
      } catch (error) {
        for (const { reject } of requests) reject(error);
      }
    }
    this.#waiting.delete(client);
  }

  /** Counts several requests at once. Returns how many of them are within the limit. */
  async #count(
    client: string,
    requests: number,
  ): Promise<{ passing: number; msToWait: number; isFromMemory: boolean }> {
    try {
      const { msBeforeNext } = await this.#limiter.consume(client, requests);
      return { passing: requests, msToWait: msBeforeNext, isFromMemory: false };
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const { consumedPoints, msBeforeNext } = refusal;
      // A refusal from memory has no count: the limit was exceeded before.
      const isFromMemory = consumedPoints === 0;
      const before = isFromMemory ? this.#points : consumedPoints - requests;
      return { passing: Math.max(0, this.#points - before), msToWait: msBeforeNext, isFromMemory };
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
