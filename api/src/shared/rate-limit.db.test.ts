import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createDatabase, useDatabase } from "../../test/database.ts";
import { connect } from "../db/client.ts";
import { AppError } from "./errors.ts";
import { type RateLimitKeys, RateLimits, rateLimitKeys } from "./rate-limit.ts";

const db = useDatabase();

/** A replica of the server: limits of its own over the database that all share. */
const replica = (multiplier = 1) => new RateLimits(db.current, multiplier);

/** A client without any count. */
const newClient = () => ({ key: randomUUID() as string });

type Limit = Parameters<RateLimits["take"]>[0];

/** Takes `times` in one go and counts those that were let through. Any error but a refusal is thrown. */
async function takeAtOnce(
  replicas: RateLimits[],
  limit: Limit,
  who: RateLimitKeys,
  times: number,
): Promise<number> {
  const outcomes = await Promise.allSettled(
    Array.from({ length: times }, (_, i) => replicas[i % replicas.length]?.take(limit, who)),
  );
  for (const outcome of outcomes) {
    if (outcome.status === "rejected" && !(outcome.reason instanceof AppError)) throw outcome.reason;
  }
  return outcomes.filter(({ status }) => status === "fulfilled").length;
}

async function refusal(attempt: Promise<void>): Promise<AppError> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AppError) return error;
  throw error ?? new Error("not refused");
}

describe("a client", () => {
  test.each<[Limit, number]>([
    ["reveal", 30],
    ["available", 60],
    ["create", 60],
  ])("may %s so many times a minute and no more: %i", async (limit, most) => {
    const [limits, who] = [replica(), newClient()];
    for (let i = 0; i < most; i += 1) await limits.take(limit, who);
    expect((await refusal(limits.take(limit, who))).code).toBe("RATE_LIMITED");
  });

  test("gets no more requests through at once than one after another", async () => {
    expect(await takeAtOnce([replica()], "reveal", newClient(), 45)).toBe(30);
  });

  test("gets no more through from several replicas, in turn or at once", async () => {
    const [a, b] = [replica(), replica()];
    const [patient, hasty] = [newClient(), newClient()];
    for (let i = 0; i < 30; i += 1) await (i % 2 ? a : b).take("reveal", patient);
    expect((await refusal(a.take("reveal", patient))).code).toBe("RATE_LIMITED");
    expect((await refusal(b.take("reveal", patient))).code).toBe("RATE_LIMITED");
    expect(await takeAtOnce([a, b], "reveal", hasty, 60)).toBe(30);
  });

  test("gets no more through after a restart", async () => {
    const who = newClient();
    expect(await takeAtOnce([replica()], "reveal", who, 31)).toBe(30);
    expect((await refusal(replica().take("reveal", who))).code).toBe("RATE_LIMITED");
  });

  test("learns how many whole seconds to wait, 1 to 60, and nothing else", async () => {
    const [limits, who] = [replica(), newClient()];
    await takeAtOnce([limits], "reveal", who, 30);
    for (let i = 0; i < 3; i += 1) {
      const { message, details } = await refusal(limits.take("reveal", who));
      const { retryAfterSeconds } = details;
      expect(retryAfterSeconds).toBeGreaterThanOrEqual(1);
      expect(retryAfterSeconds).toBeLessThanOrEqual(60);
      expect(Number.isInteger(retryAfterSeconds)).toBe(true);
      expect(message).toBe(`Too many requests. Try again in ${retryAfterSeconds} s.`);
    }
  });

  test("is counted separately for each limit", async () => {
    const [limits, who] = [replica(), newClient()];
    expect(await takeAtOnce([limits], "reveal", who, 31)).toBe(30);
    await expect(limits.take("available", who)).resolves.toBeUndefined();
    await expect(limits.take("create", who)).resolves.toBeUndefined();
  });

  test("does not use up another client's limit", async () => {
    const limits = replica();
    expect(await takeAtOnce([limits], "reveal", newClient(), 31)).toBe(30);
    await expect(limits.take("reveal", newClient())).resolves.toBeUndefined();
  });

  test("is counted from zero after its minute", async () => {
    const [limits, who] = [replica(), newClient()];
    expect(await takeAtOnce([limits], "reveal", who, 30)).toBe(30);
    await db.current
      .sql`UPDATE rate_limits SET expire = now() - interval '1 ms' WHERE key = ${`reveal:${who.key}`}`;
    expect(await takeAtOnce([limits], "reveal", who, 31)).toBe(30);
  });

  test("stays refused without a query", async () => {
    const [limits, who] = [replica(), newClient()];
    await takeAtOnce([limits], "reveal", who, 30);
    await refusal(limits.take("reveal", who));
    for (let i = 0; i < 20; i += 1) await refusal(limits.take("reveal", who));
    const [row] = await db.current.sql`SELECT points FROM rate_limits WHERE key = ${`reveal:${who.key}`}`;
    expect(row?.points).toBe(31);
  });
});

describe("the multiplier", () => {
  test("multiplies every limit", async () => {
    const limits = replica(2);
    expect(await takeAtOnce([limits], "reveal", newClient(), 70)).toBe(60);
    expect(await takeAtOnce([limits], "available", newClient(), 130)).toBe(120);
    expect(await takeAtOnce([limits], "create", newClient(), 130)).toBe(120);
  });
});

test("a database failure lets no request through, and is not reported as a rate limit", async () => {
  const empty = await createDatabase("template1");
  const unmigrated = connect(empty.url, 1);
  try {
    const attempt = new RateLimits(unmigrated, 1).take("reveal", newClient());
    await expect(attempt).rejects.not.toBeInstanceOf(AppError);
  } finally {
    await unmigrated.close();
    await empty.remove();
  }
});

test("the sweep deletes only counters whose minute is over", async () => {
  const { sql } = db.current;
  await sql`DELETE FROM rate_limits`;
  await sql`
    INSERT INTO rate_limits (key, points, expire) VALUES
      ('long over', 1, now() - interval '1 day'), ('just over', 99, now() - interval '1 second'),
      ('running', 1, now() + interval '1 minute'), ('without an end', 1, NULL)`;
  await replica().sweep();
  const rows = await sql`SELECT key FROM rate_limits ORDER BY key`;
  expect(rows.map(({ key }) => key)).toEqual(["running", "without an end"]);
});

describe("rate-limit keys of an address", () => {
  test.each([
    ["an IPv4 address for itself", "203.0.113.7", "203.0.113.7"],
    ["an IPv4 address in the spelling of IPv6 for itself", "::ffff:203.0.113.7", "203.0.113.7"],
    ["an IPv6 address for its /64", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["the first address of a /64 for it", "2001:db8:1:2::", "2001:db8:1:2::/64"],
    ["the last address of a /64 for it", "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
    ["the next /64 for another", "2001:db8:1:3::", "2001:db8:1:3::/64"],
    ["the loopback address of IPv6 for its /64", "::1", "0:0:0:0::/64"],
    ["an unknown peer for all that are unknown", "0.0.0.0", "0.0.0.0"],
  ])("%s: %s", (_, address, client) => {
    expect(rateLimitKeys(address).key).toBe(client);
  });

  test("neighbouring IPv4 addresses have different keys", () => {
    expect(rateLimitKeys("203.0.113.7").key).not.toBe(rateLimitKeys("203.0.113.8").key);
  });

  test("every address of one /64 shares one limit", async () => {
    const limits = replica();
    const addresses = Array.from({ length: 31 }, (_, i) => `2001:db8:aa:bb::${i.toString(16)}`);
    const outcomes = await Promise.allSettled(addresses.map((a) => limits.take("reveal", rateLimitKeys(a))));
    expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(1);
  });

  test("every address of one /48 shares eight times the limit", async () => {
    const limits = replica();
    const addresses = Array.from({ length: 241 }, (_, i) => `2001:db8:cc:${i.toString(16)}::1`);
    const outcomes = await Promise.allSettled(addresses.map((a) => limits.take("reveal", rateLimitKeys(a))));
    expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(1);
    await expect(limits.take("reveal", rateLimitKeys("2001:db8:cd::1"))).resolves.toBeUndefined();
  });
});
