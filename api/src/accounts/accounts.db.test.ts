import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import argon2 from "argon2";
import { describe, expect, inject, it, vi } from "vitest";
import { createTestApp, PUBLIC_URL, type TestApp } from "../../test/app.ts";
import { createDatabase, useDatabase } from "../../test/database.ts";
import { cookiesOf, createSender, graphql, signUp } from "../../test/factories.ts";
import { ARGON2_PARAMETERS } from "../crypto/argon2.ts";
import { connect } from "../db/client.ts";
import { findOrCreateMember } from "./member-store.ts";
import { setUpLink, setUpToken } from "./set-up-link.ts";

const db = useDatabase();

const post = (
  app: TestApp,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
  peer?: string,
) =>
  app.request(
    path,
    {
      method: "POST",
      headers: { "content-type": "application/json", origin: PUBLIC_URL, ...headers },
      body: JSON.stringify(body),
    },
    peer,
  );

const account = (email: string) => ({ name: "Ada", email, password: "correct horse battery" });
const viewer = async (app: TestApp, cookie: string) =>
  (await graphql(app, "{ viewer { email role vault { id name } } }", {}, { cookie })).data.viewer;

/** A fresh, empty installation. */
async function withInstallation(
  run: (
    app: (mode: "open" | "first" | "closed", options?: Parameters<typeof createTestApp>[1]) => TestApp,
  ) => Promise<void>,
) {
  const { url, remove } = await createDatabase(inject("templateName"));
  const own = connect(url);
  try {
    await run((signUpMode, options) => createTestApp(own, { ...options, signUp: signUpMode }));
  } finally {
    await own.close();
    await remove();
  }
}

describe("sign-up", () => {
  it("creates a vault that the account owns", async () => {
    const app = createTestApp(db.current);
    const cookie = await signUp(app, "ada@example.com");
    expect(await viewer(app, cookie)).toEqual({
      email: "ada@example.com",
      role: "owner",
      vault: { id: expect.stringMatching(/^vault_[0-9a-f]{24}$/), name: "Ada’s vault" },
    });
  });

  it("creates one vault for concurrent first requests", async () => {
    const app = createTestApp(db.current);
    const cookie = await signUp(app);
    const viewers = await Promise.all(Array.from({ length: 8 }, () => viewer(app, cookie)));
    expect(new Set(viewers.map(({ vault }) => vault.id)).size).toBe(1);
  });

  it("stores the password as Argon2id with OWASP's settings", async () => {
    const app = createTestApp(db.current);
    await signUp(app, "hash@example.com");
    const [row] = await db.current.sql<[{ password: string }]>`
      SELECT c.password FROM credentials c JOIN users u ON u.id = c.user_id WHERE u.email = 'hash@example.com'`;
    const { memoryKib, timeCost, parallelism } = ARGON2_PARAMETERS;
    expect(row.password).toMatch(/^\$argon2id\$v=19\$/);
    expect(argon2.needsRehash(row.password, { memoryCost: memoryKib, timeCost, parallelism })).toBe(false);
    expect(argon2.needsRehash(row.password, { memoryCost: memoryKib + 1, timeCost, parallelism })).toBe(true);
  });

  it("in mode `first` accepts the first account and then closes", async () => {
    await withInstallation(async (start) => {
      const app = start("first");
      const state = async () => (await app.request("/api/sign-up")).json();
      expect(await state()).toEqual({ open: true, first: true, needsSetUpLink: false });
      expect((await post(app, "/api/auth/sign-up/email", account("one@example.com"))).status).toBe(200);
      expect(await state()).toEqual({ open: false, first: false, needsSetUpLink: false });
      const second = await post(app, "/api/auth/sign-up/email", account("two@example.com"));
      expect(second.status).toBe(403);
      expect(await second.json()).toMatchObject({ code: "SIGN_UP_CLOSED" });
    });
  });

  it("in mode `first` accepts one of several concurrent first accounts", async () => {
    await withInstallation(async (start) => {
      const app = start("first");
      const answers = await Promise.all(
        Array.from({ length: 5 }, (_, i) =>
          post(app, "/api/auth/sign-up/email", account(`${i}@example.com`)),
        ),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    });
  });

  describe("in mode `first` at a public server", () => {
    const authSecret = randomUUID();
    const isPublic = { isPublic: true, authSecret };
    const token = setUpToken(authSecret);

    it("accepts the first account with the token of the set-up link only, at every replica", async () => {
      await withInstallation(async (start) => {
        const [one, two] = [start("first", isPublic), start("first", isPublic)];
        const state = async () => (await one.request("/api/sign-up")).json();
        expect(await state()).toEqual({ open: true, first: true, needsSetUpLink: true });
        for (const sent of [undefined, "", token.slice(1), `${token}x`, 5, [token], setUpToken("another")]) {
          const body = { ...account("one@example.com"), setUpToken: sent };
          const refused = await post(two, "/api/auth/sign-up/email", body);
          expect(refused.status).toBe(403);
          expect(await refused.json()).toMatchObject({ code: "SET_UP_LINK_NEEDED" });
        }
        const body = { ...account("one@example.com"), setUpToken: token };
        expect((await post(two, "/api/auth/sign-up/email", body)).status).toBe(200);
        expect(await state()).toEqual({ open: false, first: false, needsSetUpLink: false });
        const second = { ...account("two@example.com"), setUpToken: token };
        expect((await post(one, "/api/auth/sign-up/email", second)).status).toBe(403);
        expect(one.logs.join("") + two.logs.join("")).not.toContain(token);
      });
    });

    it("is different for another AUTH_SECRET, and does not reveal it", () => {
      expect(token).toMatch(/^[\w-]{32}$/);
      expect(setUpToken(`${authSecret}x`)).not.toBe(token);
      expect(setUpLink("https://secrets.example.com", token)).toBe(
        `https://secrets.example.com/sign-up#${token}`,
      );
    });

    it.each(["open", "closed"] as const)("is not needed in mode `%s`", async (mode) => {
      await withInstallation(async (start) => {
        const app = start(mode, isPublic);
        expect(await (await app.request("/api/sign-up")).json()).toMatchObject({ needsSetUpLink: false });
        const status = mode === "open" ? 200 : 403;
        expect((await post(app, "/api/auth/sign-up/email", account("one@example.com"))).status).toBe(status);
      });
    });
  });

  it("with a known address does not say that it has an account, and takes a hash like a new one", async () => {
    const app = createTestApp(db.current);
    await signUp(app, "taken@example.com");
    const hash = vi.spyOn(app.services.passwordPool, "run");
    const answer = await post(app, "/api/auth/sign-up/email", account("taken@example.com"));
    expect(hash).toHaveBeenCalledTimes(1);
    hash.mockRestore();
    expect(answer.status).toBe(422);
    expect(await answer.text()).not.toMatch(/exist|taken|already/i);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it("refuses a bad name in the same way, whether or not the address has an account", async () => {
    const app = createTestApp(db.current);
    await signUp(app, "taken2@example.com");
    const attempt = async (email: string) => {
      const answer = await post(app, "/api/auth/sign-up/email", { ...account(email), name: " " });
      return `${answer.status} ${await answer.text()}`;
    };
    expect(await attempt("taken2@example.com")).toBe(await attempt("free@example.com"));
  });

  it("in mode `closed` accepts no one, and does not reveal whether an address is known", async () => {
    await withInstallation(async (start) => {
      await signUp(start("open"), "known@example.com");
      const app = start("closed");
      const known = await post(app, "/api/auth/sign-up/email", account("known@example.com"));
      const unknown = await post(app, "/api/auth/sign-up/email", account("new@example.com"));
      expect(known.status).toBe(403);
      expect(await known.text()).toBe(await unknown.text());
    });
  });

  it("refuses a password of fewer than 12 characters", async () => {
    const app = createTestApp(db.current);
    const answer = await post(app, "/api/auth/sign-up/email", {
      ...account("short@example.com"),
      password: "12345678901",
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: "PASSWORD_TOO_SHORT" });
  });

  it.each([
    ["no name", { name: " " }],
    ["a name of 201 characters", { name: "x".repeat(201) }],
    ["a name with a line break", { name: "Ada\nLovelace" }],
    ["a lone surrogate in the name", { name: "\ud800" }],
    ["an e-mail of 255 characters", { email: `${"x".repeat(60)}@${"y.".repeat(94)}example` }],
  ])("refuses %s and makes no account", async (_what, change) => {
    const app = createTestApp(db.current);
    const input = { ...account("strange@example.com"), ...change };
    expect((await post(app, "/api/auth/sign-up/email", input)).status).toBe(400);
    expect(await db.current.sql`SELECT 1 FROM users WHERE email = ${input.email}`).toHaveLength(0);
  });

  it("stores no picture, whatever is sent as one", async () => {
    const app = createTestApp(db.current);
    await post(app, "/api/auth/sign-up/email", {
      ...account("pic@example.com"),
      image: "javascript:alert(1)",
    });
    const [user] = await db.current.sql`SELECT image FROM users WHERE email = 'pic@example.com'`;
    expect(user).toEqual({ image: null });
  });

  it("that fails in the database logs none of the input", async () => {
    const written: string[] = [];
    const spies = [
      vi.spyOn(console, "error").mockImplementation((...args) => void written.push(inspect(args))),
      vi.spyOn(process.stderr, "write").mockImplementation((text) => written.push(String(text)) > 0),
    ];
    const app = createTestApp(db.current);
    await db.current.sql`ALTER TABLE users RENAME TO users_away`;
    try {
      const answer = await post(app, "/api/auth/sign-up/email", account("canary@example.com"));
      expect(answer.status).toBe(500);
      expect(await answer.text()).not.toContain("canary");
    } finally {
      await db.current.sql`ALTER TABLE users_away RENAME TO users`;
      for (const spy of spies) spy.mockRestore();
    }
    expect(app.logs.join("")).toContain("a request failed");
    expect(app.logs.join("") + written.join("")).not.toMatch(/canary|correct horse|insert into|select/i);
  });

  it("ignores `founder` in the input", async () => {
    const app = createTestApp(db.current);
    await post(app, "/api/auth/sign-up/email", { ...account("f@example.com"), founder: true });
    expect(await db.current.sql`SELECT 1 FROM users WHERE founder`).toHaveLength(0);
  });
});

describe("sign-in and sign-out", () => {
  it("opens a session with the right password and none with a wrong one", async () => {
    const app = createTestApp(db.current);
    await signUp(app, "in@example.com");
    const right = await post(app, "/api/auth/sign-in/email", account("in@example.com"));
    expect((await viewer(app, cookiesOf(right))).email).toBe("in@example.com");
    const wrong = await post(app, "/api/auth/sign-in/email", {
      email: "in@example.com",
      password: "wrong horse battery",
    });
    expect(wrong.status).toBe(401);
    expect(wrong.headers.getSetCookie()).toEqual([]);
  });

  it("gives the same answer for a wrong password and an unknown address", async () => {
    const app = createTestApp(db.current);
    await signUp(app, "known2@example.com");
    const attempt = async (email: string) =>
      (await post(app, "/api/auth/sign-in/email", { email, password: "wrong horse battery" })).text();
    expect(await attempt("known2@example.com")).toBe(await attempt("unknown@example.com"));
  });

  it("refuses the old cookie on the next request after sign-out", async () => {
    const app = createTestApp(db.current);
    const cookie = await signUp(app);
    expect(await viewer(app, cookie)).not.toBeNull();
    expect((await post(app, "/api/auth/sign-out", {}, { cookie })).status).toBe(200);
    expect(await viewer(app, cookie)).toBeNull();
  });

  it("ends every session of the account, on every device", async () => {
    const app = createTestApp(db.current);
    const cookie = await signUp(app, "devices@example.com");
    const other = cookiesOf(await post(app, "/api/auth/sign-in/email", account("devices@example.com")));
    await post(app, "/api/auth/sign-out", {}, { cookie });
    expect(await viewer(app, other)).toBeNull();
  });

  it("ends all sessions after a change of password, except a new one for the device that changed it", async () => {
    const app = createTestApp(db.current);
    const cookie = await signUp(app, "change@example.com");
    const other = cookiesOf(await post(app, "/api/auth/sign-in/email", account("change@example.com")));
    const change = (currentPassword: string) =>
      post(
        app,
        "/api/auth/change-password",
        { currentPassword, newPassword: "another horse battery", revokeOtherSessions: false },
        { cookie },
      );
    expect((await change("wrong horse battery")).status).toBe(400);
    expect(await viewer(app, other)).not.toBeNull();
    const changed = await change("correct horse battery");
    expect(changed.status).toBe(200);
    expect(await viewer(app, cookie)).toBeNull();
    expect(await viewer(app, other)).toBeNull();
    expect(await viewer(app, cookiesOf(changed))).not.toBeNull();
    expect((await post(app, "/api/auth/sign-in/email", account("change@example.com"))).status).toBe(401);
  });

  it("returns the session's token only in the cookie", async () => {
    const app = createTestApp(db.current);
    const answer = await post(app, "/api/auth/sign-up/email", account("token@example.com"));
    const body = await answer.text();
    const [row] = await db.current.sql<[{ token: string }]>`
      SELECT s.token FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = 'token@example.com'`;
    expect(decodeURIComponent(cookiesOf(answer))).toContain(row.token);
    expect(body).toContain("token@example.com");
    expect(body).not.toContain(row.token);
  });

  it("sets a session cookie that scripts can't read and other sites' requests don't carry", async () => {
    const app = createTestApp(db.current);
    const answer = await post(app, "/api/auth/sign-up/email", account("cookie@example.com"));
    const [cookie = ""] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Strict/i);
  });

  it("sets a __Host- cookie on HTTPS: Secure, for this host only and all its paths", async () => {
    const publicUrl = "https://secrets.example";
    const app = createTestApp(db.current, { publicUrl });
    const answer = await post(app, "/api/auth/sign-up/email", account("host@example.com"), {
      origin: publicUrl,
    });
    const [cookie = ""] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-ttl-secrets\.session_token=/);
    expect(answer.headers.getSetCookie()[1]).toMatch(
      /^__Host-ttl-secrets\.device_.*; Secure; SameSite=Strict$/,
    );
    expect(cookie).toMatch(/; Path=\/(;|$)/);
    expect(cookie).toMatch(/; Secure/);
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Strict/);
    expect(cookie).not.toMatch(/Domain=/i);
    expect((await viewer(app, cookiesOf(answer))).email).toBe("host@example.com");
  });

  it("of two servers on one host, at two ports, is kept by one browser for both", async () => {
    const servers = ["http://localhost:4000", "http://localhost:4001"].map((publicUrl) => ({
      app: createTestApp(db.current, { publicUrl }),
      email: `${randomUUID()}@example.com`,
      origin: publicUrl,
    }));
    // A browser's cookies of one host: ports make no difference.
    const jar = new Map<string, string>();
    const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    for (const { app, email, origin } of servers) {
      const answer = await post(app, "/api/auth/sign-up/email", account(email), { origin, cookie: cookie() });
      for (const each of cookiesOf(answer).split("; ")) {
        const [name = "", value = ""] = each.split("=");
        jar.set(name, value);
      }
    }
    for (const { app, email } of servers) expect((await viewer(app, cookie())).email).toBe(email);
  });

  it("is still known by its cookie's name of the release before, which had no port", async () => {
    const app = createTestApp(db.current);
    const cookie = await signUp(app, "old-name@example.com");
    const old =
      cookie
        .split("; ")
        .find((each) => each.includes("session_token"))
        ?.replace("-4000.", ".") ?? "";
    expect(old).toMatch(/^ttl-secrets\.session_token=/);
    expect((await viewer(app, old)).email).toBe("old-name@example.com");
    expect((await post(app, "/api/auth/sign-out", {}, { cookie: old })).status).toBe(200);
    expect(await viewer(app, old)).toBeNull();
  });

  it("ignores the session of a request from a page of another origin", async () => {
    const app = createTestApp(db.current);
    const { cookie } = await createSender(app);
    const ask = (origin: string) => graphql(app, "{ viewer { id } }", {}, { cookie, headers: { origin } });
    expect((await ask(PUBLIC_URL)).data.viewer).not.toBeNull();
    for (const origin of ["https://evil.example", "null", "http://localhost:4001"]) {
      expect((await ask(origin)).data.viewer).toBeNull();
    }
    const signIn = await post(app, "/api/auth/sign-in/email", account("x@example.com"), {
      origin: "https://evil.example",
    });
    expect(signIn.status).toBe(403);
  });

  it("limits attempts per address", async () => {
    const app = createTestApp(db.current, { rateLimitMultiplier: 1 });
    const attempt = () =>
      post(app, "/api/auth/sign-in/email", account("nobody@example.com"), {}, "192.0.2.77");
    const statuses: number[] = [];
    for (let i = 0; i < 11; i++) statuses.push((await attempt()).status);
    expect(statuses).toEqual([...Array(10).fill(401), 429]);
    const { headers } = await attempt();
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect(headers.get("ratelimit")).toMatch(/^"default";r=0;t=\d+$/);
  });
});

describe("membership", () => {
  it("is created once and found after that", async () => {
    const app = createTestApp(db.current);
    await signUp(app, "again@example.com");
    const [user] = await db.current.sql<[{ id: string; name: string; email: string }]>`
      SELECT id, name, email FROM users WHERE email = 'again@example.com'`;
    const first = await findOrCreateMember(db.current, user);
    expect(await findOrCreateMember(db.current, user)).toEqual(first);
  });
});
