import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createTestApp, PUBLIC_URL, type TestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { createSecret, createSender, graphql } from "../../test/factories.ts";
import { connect } from "../db/client.ts";

const db = useDatabase();

const query = `{ viewer { id } }`;
const json = { "content-type": "application/json" };

describe("the GraphQL endpoint", () => {
  it.each([
    ["GET", { method: "GET" }, 405],
    ["HEAD", { method: "HEAD" }, 405],
    ["PUT", { method: "PUT", headers: json, body: "{}" }, 405],
    [
      "text",
      { method: "POST", headers: { "content-type": "text/plain" }, body: JSON.stringify({ query }) },
      415,
    ],
    ["a form", { method: "POST", body: new URLSearchParams({ query }) }, 415],
    ["no content type", { method: "POST", body: new Uint8Array([123, 125]) }, 415],
  ])("refuses %s", async (_what, init, status) => {
    const app = createTestApp(db.current);
    expect((await app.request("/graphql", init)).status).toBe(status);
  });

  it("refuses a multipart form", async () => {
    const app = createTestApp(db.current);
    const body = new FormData();
    body.set("operations", JSON.stringify({ query }));
    expect((await app.request("/graphql", { method: "POST", body })).status).toBe(415);
  });

  it("accepts JSON with a character set", async () => {
    const app = createTestApp(db.current);
    const headers = { "content-type": "application/json; charset=utf-8" };
    const answer = await app.request("/graphql", {
      method: "POST",
      headers,
      body: JSON.stringify({ query }),
    });
    expect(await answer.json()).toEqual({ data: { viewer: null } });
  });

  it("refuses a body of more than 512 KiB", async () => {
    const app = createTestApp(db.current);
    const body = JSON.stringify({ query, variables: { x: "x".repeat(512 * 1024) } });
    const answer = await app.request("/graphql", {
      method: "POST",
      headers: { ...json, "content-length": String(body.length) },
      body,
    });
    expect(answer.status).toBe(413);
  });

  it("refuses an array of operations", async () => {
    const app = createTestApp(db.current);
    const answer = await app.request("/graphql", {
      method: "POST",
      headers: json,
      body: JSON.stringify([{ query }]),
    });
    expect(await answer.text()).not.toContain("viewer");
  });

  it.each([
    ["malformed JSON", `{"query": "CANARY`],
    ["an unknown field", JSON.stringify({ query: "{ CANARY }" })],
    ["a syntax error", JSON.stringify({ query: "{ CANARY" })],
    [
      "a variable of the wrong type",
      JSON.stringify({
        query: "query ($first: Int) { projects(first: $first) { nodes { id } } }",
        variables: { first: "CANARY" },
      }),
    ],
    [
      "an unknown input field",
      JSON.stringify({
        query: "mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }",
        variables: { input: { name: "n", CANARY: 1 } },
      }),
    ],
    [
      "an unknown operation name",
      JSON.stringify({
        query: "query A { viewer { id } } query B { viewer { id } }",
        operationName: "CANARY",
      }),
    ],
    [
      "a bad enum",
      JSON.stringify({
        query:
          'mutation { createTtlSecret(input: { projectId: 1, name: "CANARY", ttlSeconds: 60, content: { generate: { length: 1, charset: CANARY } } }) { link } }',
      }),
    ],
  ])("answers %s with an error that repeats none of it", async (_what, body) => {
    const app = createTestApp(db.current);
    const { cookie } = await createSender(app);
    const answer = await app.request("/graphql", { method: "POST", headers: { ...json, cookie }, body });
    const text = await answer.text();
    expect(text).not.toContain("CANARY");
    expect(JSON.parse(text).errors[0].extensions.code).toBe("BAD_USER_INPUT");
    expect(app.logs.join("")).not.toContain("CANARY");
  });

  it("names the input field that has the wrong type", async () => {
    const app = createTestApp(db.current);
    const { cookie } = await createSender(app);
    const { errors } = await graphql(
      app,
      "mutation ($input: CreateTtlSecretInput!) { createTtlSecret(input: $input) { link } }",
      { input: { projectId: "x", name: "n", ttlSeconds: 1.5, content: { value: "v" } } },
      { cookie },
    );
    expect(errors?.[0]?.extensions).toEqual({ code: "BAD_USER_INPUT", field: "ttlSeconds" });
  });

  it("answers with a fixed error when the database is gone, and logs no value", async () => {
    const gone = connect("postgres://nobody:CANARY@127.0.0.1:1/none");
    const app = createTestApp(gone);
    const answer = await graphql(
      app,
      `{ ttlSecretAvailable(vaultId: "vault_000000000000000000000000", token: "AAAAAAAAAAAAAAAAAAAAAA") }`,
    );
    expect(answer.errors?.[0]).toMatchObject({
      message: "Something went wrong on the server. Try again later.",
      extensions: { code: "INTERNAL" },
    });
    expect(app.logs.join("")).not.toMatch(/CANARY|AAAAAA/);
    await gone.close();
  });
});

describe("ttlSecretAvailable", () => {
  it("tells anyone whether a link can be opened, and changes nothing", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const { vaultId, token, id } = await createSecret(app, sender);
    const ask = async (variables: object) =>
      (
        await graphql(
          app,
          "query ($vaultId: ID!, $token: String!) { ttlSecretAvailable(vaultId: $vaultId, token: $token) }",
          variables,
        )
      ).data.ttlSecretAvailable;
    expect(await ask({ vaultId, token })).toBe(true);
    expect(await ask({ vaultId, token })).toBe(true);
    expect(await ask({ vaultId, token: "AAAAAAAAAAAAAAAAAAAAAA" })).toBe(false);
    expect(await ask({ vaultId: "vault_000000000000000000000000", token })).toBe(false);
    expect(await ask({ vaultId: "", token: "" })).toBe(false);
    await db.current.sql`DELETE FROM ttl_secret_payloads WHERE secret_id = ${id}`;
    expect(await ask({ vaultId, token })).toBe(false);
  });

  it("is limited per address", async () => {
    const app = createTestApp(db.current, { rateLimitMultiplier: 1 });
    const ask = (peer: string) =>
      graphql(app, `{ ttlSecretAvailable(vaultId: "v", token: "t") }`, {}, { peer });
    for (let i = 0; i < 60; i++) expect((await ask("192.0.2.1")).errors).toBeUndefined();
    expect((await ask("192.0.2.1")).errors?.[0]?.extensions.code).toBe("RATE_LIMITED");
    const refused = await app.request(
      "/graphql",
      {
        method: "POST",
        headers: json,
        body: JSON.stringify({ query: `{ ttlSecretAvailable(vaultId: "v", token: "t") }` }),
      },
      "192.0.2.1",
    );
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await ask("192.0.2.2")).errors).toBeUndefined();
  });
});

describe("a link", () => {
  it("serves the reveal app, uncached and unindexed, and no GET or HEAD consumes the secret", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const { link, id } = await createSecret(app, sender);
    for (const method of ["GET", "HEAD", "GET"]) {
      const answer = await app.request(new URL(link).pathname, { method });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.headers.get("x-robots-tag")).toContain("noindex");
      expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    expect(await db.current.sql`SELECT 1 FROM ttl_secret_payloads WHERE secret_id = ${id}`).toHaveLength(1);
  });

  it("never has its token logged", async () => {
    const app = createTestApp(db.current);
    await app.request("/vault_000000000000000000000000/TOKENCANARY12345678901");
    expect(app.logs.join("")).not.toContain("CANARY");
  });
});

describe("every response", () => {
  it.each(["/", "/vault_0/x", "/graphql", "/api/none", "/healthz", "/assets/none.js"])(
    "to %s has the same security headers",
    async (path) => {
      const app = createTestApp(db.current, { publicUrl: "https://secrets.example" });
      const { headers } = await app.request(path);
      expect(Object.fromEntries(headers)).toMatchObject({
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "strict-transport-security": "max-age=63072000",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
      });
      expect(headers.get("content-security-policy")).toContain("require-trusted-types-for 'script'");
      expect(headers.get("permissions-policy")).toContain("camera=()");
      expect(headers.get("x-powered-by")).toBeNull();
    },
  );

  it("extends Strict-Transport-Security to subdomains only if the operator says so", async () => {
    const options = { publicUrl: "https://secrets.example", hstsSubdomains: "yes" } as const;
    const { headers } = await createTestApp(db.current, options).request("/");
    expect(headers.get("strict-transport-security")).toBe("max-age=63072000; includeSubDomains");
  });

  it("has no Strict-Transport-Security over plain HTTP", async () => {
    const { headers } = await createTestApp(db.current).request("/");
    expect(headers.get("strict-transport-security")).toBeNull();
  });
});

describe("the apps", () => {
  it("are served with a strict Content-Security-Policy", async () => {
    const app = createTestApp(db.current);
    for (const path of ["/", "/projects/x", "/vault_0/x"]) {
      const policy = (await app.request(path)).headers.get("content-security-policy");
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("unsafe");
    }
  });

  it.each([
    "/../package.json",
    "/reveal/../../package.json",
    "/assets/%2e%2e/%2e%2e/package.json",
    "/reveal/..%2f..%2fpackage.json",
  ])("serve nothing outside their own files: %s", async (path) => {
    const app = createTestApp(db.current);
    expect(await (await app.request(path)).text()).not.toContain("devDependencies");
  });

  it("answer a missing asset with 404, not with a page", async () => {
    const app = createTestApp(db.current);
    expect((await app.request("/assets/none.js")).status).toBe(404);
    expect((await app.request("/reveal/assets/none.js")).status).toBe(404);
  });
});

describe("health", () => {
  it("/healthz succeeds while the process is up, /readyz while the database is reachable and migrated", async () => {
    const app = createTestApp(db.current);
    expect((await app.request("/healthz")).status).toBe(200);
    expect((await app.request("/readyz")).status).toBe(200);
    const gone = connect("postgres://nobody@127.0.0.1:1/none");
    const down = createTestApp(gone);
    expect((await down.request("/healthz")).status).toBe(200);
    const answer = await down.request("/readyz");
    expect(answer.status).toBe(503);
    expect(await answer.text()).toBe("not ready: the database is unreachable or not migrated\n");
    await gone.close();
  });

  it("/readyz says within seconds that a database accepts connections and does not answer", async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const database = connect(`postgres://nobody@127.0.0.1:${port}/none`);
    onTestFinished(async () => {
      for (const socket of sockets) socket.destroy();
      silent.close();
      await database.close();
    });
    const app = createTestApp(database);
    const answers = await Promise.all([
      app.request("/readyz"),
      app.request("/readyz"),
      app.request("/readyz"),
    ]);
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(await answer.text()).toBe("not ready: the database has not answered for 3 s\n");
    }
    expect(sockets).toHaveLength(1);
  });

  const readiness = async (app: TestApp) => {
    const answer = await app.request("/readyz");
    return [answer.status, await answer.text()];
  };

  it("/readyz fails with the reason without a key, after failed sweeps, and while stopping", async () => {
    const keyless = createTestApp(db.current, { keyRing: { activeKid: "k1", keys: new Map() } });
    expect(await readiness(keyless)).toEqual([503, "not ready: no encryption key is loaded\n"]);
    const unswept = createTestApp(db.current, { isSwept: false });
    const [status, why] = await readiness(unswept);
    expect([status, why]).toEqual([503, expect.stringContaining("sweep")]);
    unswept.health.stop();
    expect(await readiness(unswept)).toEqual([
      503,
      expect.stringMatching(/it is stopping; no sweep has finished/),
    ]);
  });

  it("a stopping process still answers, and closes the connection", async () => {
    const app = createTestApp(db.current);
    const ask = async () => {
      const { status, headers } = await app.request("/api/sign-up");
      return [status, headers.get("connection")];
    };
    expect(await ask()).toEqual([200, null]);
    app.health.stop();
    expect(await ask()).toEqual([200, "close"]);
    expect((await app.request("/healthz")).status).toBe(200);
  });
});

describe("cross-origin requests", () => {
  const ask = (origin: string, method: string, corsOrigins: string[] = []) =>
    createTestApp(db.current, { corsOrigins }).request("/graphql", {
      method,
      headers: { ...json, origin, "access-control-request-method": "POST" },
      ...(method === "POST" && { body: JSON.stringify({ query }) }),
    });

  it.each(["OPTIONS", "POST"])("get no permission to read a response: %s", async (method) => {
    for (const origin of ["https://evil.example", "null", `${PUBLIC_URL}.evil.example`]) {
      const answer = await ask(origin, method, ["https://dash.example"]);
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  it.each(["OPTIONS", "POST"])(
    "from an origin in CORS_ORIGINS get it, and the response varies by origin: %s",
    async (method) => {
      const answer = await ask("https://dash.example", method, ["https://dash.example"]);
      expect(answer.headers.get("access-control-allow-origin")).toBe("https://dash.example");
      expect(answer.headers.get("access-control-allow-credentials")).toBe("true");
      expect(answer.headers.get("vary")).toContain("Origin");
    },
  );
});

describe("a body that is not UTF-8", () => {
  const PATHS = [
    "/graphql",
    "/api/auth/sign-up/email",
    "/api/auth/sign-in/email",
    "/api/auth/change-password",
  ];
  const body = JSON.stringify({ query, name: "Grüße", email: "a@example.com", password: "pässwörter-lang" });
  const TEXTS: [string, Uint8Array<ArrayBuffer>][] = [
    ["Latin-1", Uint8Array.from(Buffer.from(body, "latin1"))],
    ["UTF-16", Uint8Array.from(Buffer.from(body, "utf16le"))],
    ["cut-off UTF-8", Uint8Array.from([...Buffer.from('{"query":"'), 0xc3])],
    ["UTF-8 of a lone surrogate", Uint8Array.from([...Buffer.from('{"a":"'), 0xed, 0xa0, 0x80, 0x22, 0x7d])],
  ];

  it.each(PATHS.flatMap((path) => TEXTS.map(([name, bytes]) => [path, name, bytes] as const)))(
    "is refused by %s: %s",
    async (path, name, bytes) => {
      const app = createTestApp(db.current);
      const answer = await app.request(path, { method: "POST", headers: json, body: bytes });
      expect(answer.status).toBe(400);
      // UTF-16 is ASCII with zero bytes, so it is no JSON instead.
      if (name !== "UTF-16") expect(await answer.text()).toContain("UTF-8");
    },
  );

  it.each(
    PATHS.flatMap((path) => ["iso-8859-1", '"UTF-16"', "windows-1252"].map((charset) => [path, charset])),
  )("is refused by %s because of its declared character set: %s", async (path, charset) => {
    const app = createTestApp(db.current);
    const headers = { "content-type": `application/json; charset=${charset}` };
    const answer = await app.request(path, { method: "POST", headers, body });
    expect(answer.status).toBe(415);
    expect(await answer.text()).toContain("UTF-8");
  });

  it.each(["utf-8", '"UTF-8"', "utf8"])("is not suspected where the character set is %s", async (charset) => {
    const app = createTestApp(db.current);
    const headers = { "content-type": `application/json; charset=${charset}` };
    const sent = JSON.stringify({ query: `{ viewer { id } } # Grüße` });
    expect((await app.request("/graphql", { method: "POST", headers, body: sent })).status).toBe(200);
  });

  it("creates no account and opens none, as a password with half a surrogate pair does not", async () => {
    const app = createTestApp(db.current);
    const account = { name: "N", email: "surrogate@example.com", password: "long-enough-\ud83d" };
    const post = (path: string) =>
      app.request(path, { method: "POST", headers: json, body: JSON.stringify(account) });
    for (const path of ["/api/auth/sign-up/email", "/api/auth/sign-in/email"]) {
      expect((await post(path)).status).toBe(400);
    }
    expect(await db.current.sql`SELECT 1 FROM users WHERE email = 'surrogate@example.com'`).toEqual([]);
  });
});
