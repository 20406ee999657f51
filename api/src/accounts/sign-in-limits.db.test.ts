import { randomUUID } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { createTestApp, PUBLIC_URL, type TestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { cookiesOf, signIn, signUp } from "../../test/factories.ts";

const db = useDatabase();

const WRONG = "wrong horse battery";

/** An account, and servers that share its database and secret. */
async function anAccount() {
  const authSecret = randomUUID();
  const email = `${randomUUID()}@example.com`;
  const server = (rateLimitMultiplier: number) =>
    createTestApp(db.current, { authSecret, rateLimitMultiplier });
  return { email, server, cookie: await signUp(server(100_000), email) };
}

/** Cookies of the browser that has signed in before and has no session. */
const deviceOf = (cookie: string) =>
  cookie
    .split("; ")
    .filter((each) => each.includes(".device_"))
    .join("; ");

/**
 * Tries a wrong password from so many addresses, each in a /48 of its own, twenty at once. Returns the statuses in
 * ascending order.
 */
async function guess(app: TestApp, email: string, addresses: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let first = 0; first < addresses; first += 20) {
    const peers = Array.from({ length: Math.min(20, addresses - first) }, (_, i) => first + i + 1);
    const answers = await Promise.all(
      peers.map((i) => signIn(app, { email, password: WRONG }, { peer: `2001:db8:${i.toString(16)}::1` })),
    );
    statuses.push(...answers.map(({ status }) => status));
  }
  return statuses.sort();
}

describe("960 wrong passwords at one account from 960 addresses", { timeout: 120_000 }, () => {
  it("are refused after 20, and the account's known device still signs in", async () => {
    const { email, server, cookie } = await anAccount();
    const app = server(1);
    expect(await guess(app, email, 960)).toEqual([...Array(20).fill(401), ...Array(940).fill(429)]);
    const peer = "2001:db8:1::1";
    expect((await signIn(app, { email }, { peer, cookie: deviceOf(cookie) })).status).toBe(200);
    expect((await signIn(app, { email }, { peer: "192.0.2.1" })).status).toBe(429);
  });

  it("do not keep the owner's new device out after ten minutes", async () => {
    const { email, server } = await anAccount();
    const app = server(1);
    await guess(app, email, 21);
    const refused = await signIn(app, { email }, { peer: "192.0.2.2" });
    expect(refused.status).toBe(429);
    const wait = Number(refused.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(500);
    expect(wait).toBeLessThanOrEqual(600);
    expect(refused.headers.get("ratelimit")).toBe(`"default";r=0;t=${wait}`);
    await db.current.sql`
      UPDATE rate_limits SET expire = now() - interval '1 ms' WHERE key LIKE 'signInAccount:%'`;
    // A server that has no refusal in memory.
    expect((await signIn(server(1), { email }, { peer: "192.0.2.2" })).status).toBe(200);
  });

  it("are logged once, by the account's id, and counted", async () => {
    const { email, server } = await anAccount();
    const app = server(1);
    await guess(app, email, 25);
    const [user] = await db.current.sql<[{ id: string }]>`SELECT id FROM users WHERE email = ${email}`;
    const warnings = app.logs
      .map((line) => JSON.parse(line))
      .filter(({ msg }) => msg.includes("unknown devices"));
    expect(warnings).toMatchObject([{ level: 40, userId: user.id }]);
    expect(app.logs.join("")).not.toContain(email);
    const { text } = await app.services.metrics.read();
    expect(text).toContain('ttl_secrets_rate_limit_refusals_total{limit="signInAccount"} 5');
  });

  it("get the same answers if there is no such account, and log nothing", async () => {
    const { email, server } = await anAccount();
    const app = server(1);
    const known = await guess(app, email, 22);
    const before = app.logs.length;
    expect(await guess(app, "unknown@example.com", 22)).toEqual(known);
    expect(app.logs.slice(before).join("")).not.toContain("unknown devices");
  });
});

describe("a known device", () => {
  it("keeps a cookie that scripts can't read and other sites' requests don't carry, for a year", async () => {
    const app = createTestApp(db.current);
    const email = `${randomUUID()}@example.com`;
    await signUp(app, email);
    const answer = await signIn(app, { email });
    const device = answer.headers.getSetCookie().find((cookie) => cookie.includes(".device_"));
    expect(device).toMatch(/^ttl-secrets-4000\.device_[\w-]{8}=/);
    expect(device).toMatch(/; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(decodeURIComponent(device ?? "")).not.toContain(email);
    const refused = await signIn(app, { email, password: WRONG });
    expect(refused.headers.getSetCookie()).toEqual([]);
  });

  it("is not limited by others at its address, and has a limit of its own", async () => {
    const { email, server, cookie } = await anAccount();
    const app = server(1);
    const peer = "192.0.2.3";
    const device = { peer, cookie: deviceOf(cookie) };
    for (let i = 0; i < 10; i++) await signIn(app, { email: `${i}@example.com`, password: WRONG }, { peer });
    expect((await signIn(app, { email }, { peer })).status).toBe(429);
    for (let i = 0; i < 20; i++) {
      expect((await signIn(app, { email, password: WRONG }, device)).status).toBe(401);
    }
    expect((await signIn(app, { email }, device)).status).toBe(429);
  });

  it.each([
    [
      "an altered one",
      (cookie: string) => cookie.replace(/=(.)/, (_, first) => (first === "A" ? "=B" : "=A")),
    ],
    ["one without its signature", (cookie: string) => cookie.replace(/\.[^.]*$/, "")],
    ["an empty one", (cookie: string) => cookie.replace(/=.*$/, "=")],
  ])("is proved by its cookie only: not by %s", async (_what, alter) => {
    const { email, server, cookie } = await anAccount();
    const app = server(1);
    await guess(app, email, 20);
    const answer = await signIn(app, { email }, { peer: "192.0.2.4", cookie: alter(deviceOf(cookie)) });
    expect(answer.status).toBe(429);
  });

  it("of one account is not one of another, also in the same browser", async () => {
    const { email, server, cookie } = await anAccount();
    const other = `${randomUUID()}@example.com`;
    const app = server(1);
    const theirs = deviceOf(await signUp(server(100_000), other));
    await guess(app, email, 20);
    // The value of the other account's cookie under the name of this one's.
    const forged = `${deviceOf(cookie).split("=")[0]}=${theirs.split("=")[1]}`;
    for (const each of [theirs, forged]) {
      expect((await signIn(app, { email }, { peer: "192.0.2.5", cookie: each })).status).toBe(429);
    }
    const both = `${theirs}; ${deviceOf(cookie)}`;
    expect((await signIn(app, { email }, { peer: "192.0.2.5", cookie: both })).status).toBe(200);
  });
});

describe("the limit of an address", () => {
  it("counts every spelling of the path, and asks no database once it is exceeded", async () => {
    const app = createTestApp(db.current, { rateLimitMultiplier: 1 });
    const paths = ["sign-in/email", "sign-in/%65mail", "%73ign-in/email", "sign-in/email?x=1"];
    const attempt = (i: number) =>
      app.request(
        `/api/auth/${paths[i % paths.length]}`,
        {
          method: "POST",
          headers: { "content-type": "application/json", origin: PUBLIC_URL },
          body: JSON.stringify({ email: `${i}@example.com`, password: WRONG }),
        },
        "192.0.2.6",
      );
    for (let i = 0; i < 10; i++) expect((await attempt(i)).status).toBe(401);
    expect((await attempt(10)).status).toBe(429);
    const query = vi.spyOn(db.current.sql, "unsafe");
    for (let i = 11; i < 20; i++) expect((await attempt(i)).status).toBe(429);
    expect(query).not.toHaveBeenCalled();
    query.mockRestore();
    const rows = await db.current.sql`SELECT key FROM rate_limits WHERE key LIKE '%192.0.2.6'`;
    expect(rows).toEqual([{ key: "signIn:192.0.2.6" }]);
    expect(await db.current.sql`SELECT key FROM auth_rate_limits`).toHaveLength(0);
  });

  it("of IPv6 includes one for its /48", async () => {
    // 1 per /64, 8 per /48.
    const app = createTestApp(db.current, { rateLimitMultiplier: 0.1 });
    const attempt = async (i: number, net = "ffaa") => {
      const peer = `2001:db8:${net}:${i}::1`;
      return (await signIn(app, { email: `${i}@${net}.example.com`, password: WRONG }, { peer })).status;
    };
    for (let i = 0; i < 8; i++) expect(await attempt(i)).toBe(401);
    expect(await attempt(8)).toBe(429);
    expect(await attempt(8, "ffab")).toBe(401);
  });
});

it("guesses of the current password by a stolen session are limited per account, from all addresses", async () => {
  const { server, cookie } = await anAccount();
  // 1 per address, 4 per account.
  const app = server(0.2);
  const attempt = async (i: number) => {
    const response = await app.request(
      "/api/auth/change-password",
      {
        method: "POST",
        headers: { "content-type": "application/json", origin: PUBLIC_URL, cookie },
        body: JSON.stringify({ currentPassword: WRONG, newPassword: "another horse battery" }),
      },
      `192.0.2.${100 + i}`,
    );
    return response.status;
  };
  for (let i = 0; i < 4; i++) expect(await attempt(i)).toBe(400);
  expect(await attempt(4)).toBe(429);
});

describe("a wrong password and an unknown address", () => {
  it("take the same queries and hashes", async () => {
    const { email, server } = await anAccount();
    const app = server(100_000);
    const workFor = async (address: string) => {
      const query = vi.spyOn(db.current.sql, "unsafe");
      const hash = vi.spyOn(app.services.passwordPool, "run");
      await signIn(app, { email: address, password: WRONG });
      const tables = query.mock.calls.map(([text]) => /\b(?:from|into) "(\w+)"/.exec(text)?.[1]).sort();
      const hashes = hash.mock.calls.length;
      query.mockRestore();
      hash.mockRestore();
      return { tables, hashes };
    };
    const known = await workFor(email);
    expect(known.tables).toContain("credentials");
    expect(known.hashes).toBe(1);
    expect(await workFor("unknown@example.com")).toEqual(known);
  });
});

it("a device's cookie does not sign in", async () => {
  const { server, cookie } = await anAccount();
  const response = await server(1).request("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", cookie: deviceOf(cookie) },
    body: JSON.stringify({ query: "{ viewer { id } }" }),
  });
  expect(await response.json()).toEqual({ data: { viewer: null } });
  expect(cookiesOf(response)).toBe("");
});
