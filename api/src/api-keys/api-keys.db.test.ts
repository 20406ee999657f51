import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { createTestApp, type TestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import {
  auditOf,
  createKey,
  createSecret,
  createSender,
  graphql,
  revokeKey,
  type Sender,
} from "../../test/factories.ts";
import { hashApiKey } from "../crypto/api-key.ts";

const db = useDatabase();
let app: TestApp;
let owner: Sender;

beforeAll(async () => {
  app = createTestApp(db.current);
  owner = await createSender(app);
});

const PROJECTS = "{ projects { nodes { id } } }";
const CREATE = `mutation ($input: CreateTtlSecretInput!) {
  createTtlSecret(input: $input) { ttlSecret { id createdBy } link }
}`;
const NEW_KEY = `mutation ($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { key apiKey { name scopes projects { id name } createdAt expiresAt createdBy } }
}`;

const newKey = (changes: object = {}) => ({
  input: { name: `Bot ${randomUUID()}`, scopes: ["TTL_SECRETS_READ"], expiresInDays: 30, ...changes },
});

/** The code of what a request with the key comes to; undefined when it succeeds. */
const codeOf = async (headers: Record<string, string>, query = PROJECTS, variables: object = {}) =>
  (await graphql(app, query, variables, { headers })).errors?.[0]?.extensions.code;

const revoke = (id: string, by: Pick<Sender, "cookie"> = owner) => revokeKey(app, by, id);

async function listed(id: string, { cookie }: Pick<Sender, "cookie"> = owner) {
  const { data } = await graphql(
    app,
    "{ apiKeys(first: 200) { nodes { id name lastUsedAt lastUsedIp revokedAt expiresAt projects { id name } } } }",
    {},
    { cookie },
  );
  return data.apiKeys.nodes.find((key: { id: string }) => key.id === id);
}

describe("a new API key", () => {
  it("is stored as its SHA-256 only, and shown only in the response", async () => {
    const { key, id } = await createKey(app, owner);
    const [row] = await db.current.sql`SELECT t::text AS text, key_hash FROM api_keys t WHERE id = ${id}`;
    expect(row?.key_hash).toEqual(hashApiKey(key));
    expect(row?.text).not.toContain(key.slice(5));
    expect(JSON.stringify(await listed(id))).not.toContain("ttlk_");
    expect(app.logs.join("")).not.toContain("ttlk_");
  });

  it("lasts the given days, by the database's clock", async () => {
    const { data } = await graphql(app, NEW_KEY, newKey({ expiresInDays: 365 }), owner);
    const { createdAt, expiresAt } = data.createApiKey.apiKey;
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(365 * 86_400_000);
  });

  it("is for the whole vault, unless projects are named", async () => {
    const whole = await graphql(app, NEW_KEY, newKey(), owner);
    expect(whole.data.createApiKey.apiKey.projects).toBeNull();
    const one = await graphql(
      app,
      NEW_KEY,
      newKey({ projectIds: [owner.projectId, owner.projectId] }),
      owner,
    );
    expect(one.data.createApiKey.apiKey.projects).toEqual([{ id: owner.projectId, name: "Payments" }]);
  });

  it("has each scope once", async () => {
    const scopes = ["TTL_SECRETS_READ", "TTL_SECRETS_CREATE", "TTL_SECRETS_READ"];
    const { data } = await graphql(app, NEW_KEY, newKey({ scopes }), owner);
    expect(data.createApiKey.apiKey.scopes).toEqual(["TTL_SECRETS_READ", "TTL_SECRETS_CREATE"]);
  });

  it.each([
    ["name", { name: " " }],
    ["name", { name: "two\nlines" }],
    ["name", { name: "x".repeat(201) }],
    ["scopes", { scopes: [] }],
    ["projectIds", { projectIds: [] }],
    ["projectIds", { projectIds: Array.from({ length: 101 }, () => randomUUID()) }],
    ["expiresInDays", { expiresInDays: 0 }],
    ["expiresInDays", { expiresInDays: -1 }],
    ["expiresInDays", { expiresInDays: 366 }],
  ])("is refused for its %s: %o", async (field, changes) => {
    const { errors } = await graphql(app, NEW_KEY, newKey(changes), owner);
    expect(errors?.[0]?.extensions).toEqual({ code: "BAD_USER_INPUT", field });
  });

  it("can't take a name that the vault used before, even of a revoked key; other vaults' names don't matter", async () => {
    const name = `Deploy ${randomUUID()}`;
    const { id } = await createKey(app, owner, { name });
    await revoke(id);
    const { errors } = await graphql(app, NEW_KEY, newKey({ name }), owner);
    expect(errors?.[0]?.extensions).toEqual({ code: "BAD_USER_INPUT", field: "name" });
    await createKey(app, await createSender(app), { name });
  });

  it.each([
    ["another vault's", async () => (await createSender(app)).projectId],
    ["one that does not exist", async () => randomUUID()],
    ["no id at all", async () => "x"],
  ])("is refused a project that is not the vault's: %s", async (_what, project) => {
    const projectIds = [owner.projectId, await project()];
    const { errors } = await graphql(app, NEW_KEY, newKey({ projectIds }), owner);
    expect(errors?.[0]?.extensions).toEqual({ code: "NOT_FOUND" });
  });
});

describe("a valid key", () => {
  it("creates for its vault, and its label in the audit log can be no member's", async () => {
    const sender = await createSender(app);
    const { headers } = await createKey(app, sender, { name: "ada@example.com" });
    const input = { projectId: sender.projectId, name: "n", ttlSeconds: 60, content: { value: "v" } };
    const { data } = await graphql(app, CREATE, { input }, { headers, peer: "203.0.113.9" });
    expect(data.createTtlSecret.ttlSecret.createdBy).toBe("API key “ada@example.com”");
    expect(await auditOf(app, sender)).toMatchObject([
      {
        action: "temporary_secret_create",
        actor: "API key “ada@example.com”",
        sourceIp: "203.0.113.9",
        ttlSecretId: data.createTtlSecret.ttlSecret.id,
      },
    ]);
  });

  it("works without an Origin, and with any", async () => {
    const { headers } = await createKey(app, owner);
    for (const origin of [{}, { origin: "https://elsewhere.example", "sec-fetch-site": "cross-site" }]) {
      expect(await codeOf({ ...headers, ...origin })).toBeUndefined();
    }
  });

  it("lets no page of another origin read a response", async () => {
    const preflight = await app.request("/graphql", {
      method: "OPTIONS",
      headers: {
        origin: "https://elsewhere.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });
    expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("is accepted with cookies that are no session, and refused with a session's, even an expired one", async () => {
    const { headers } = await createKey(app, owner);
    expect(await codeOf({ ...headers, cookie: "affinity=a; x-ttl-secrets.session_token=b" })).toBeUndefined();
    for (const name of ["ttl-secrets.session_token", "__Host-ttl-secrets.session_token"]) {
      expect(await codeOf({ ...headers, cookie: `affinity=a; ${name}=dead.dead` })).toBe("BAD_USER_INPUT");
    }
  });

  it("loses a project that is deleted, and never gains the whole vault", async () => {
    const sender = await createSender(app);
    await createSecret(app, sender);
    const { headers, id } = await createKey(app, sender, { projectIds: [sender.projectId] });
    const deletion = "mutation ($id: ID!) { deleteProject(id: $id) }";
    await graphql(app, 'mutation { createProject(input: { name: "Other" }) { id } }', {}, sender);
    await graphql(app, deletion, { id: sender.projectId }, sender);
    const { data } = await graphql(app, PROJECTS, {}, { headers });
    expect(data.projects.nodes).toEqual([]);
    expect((await listed(id, sender)).projects).toEqual([]);
  });

  it("costs one lookup per request, whatever it selects", async () => {
    const { headers } = await createKey(app, owner);
    const seen: string[] = [];
    const { unsafe } = db.current.sql;
    const spy = vi.spyOn(db.current.sql, "unsafe").mockImplementation(((query: string, ...rest: never[]) => {
      seen.push(query);
      return unsafe(query, ...rest);
    }) as typeof unsafe);
    expect(
      await codeOf(headers, "{ viewer { id } a: projects { nodes { id } } b: projects { nodes { id } } }"),
    ).toBeUndefined();
    spy.mockRestore();
    expect(
      seen.filter((query) => query.startsWith("select") && query.includes('from "api_keys"')),
    ).toHaveLength(1);
  });
});

describe("an ended key", () => {
  it("is refused from the next request on, once it is revoked", async () => {
    const { headers, id } = await createKey(app, owner);
    expect(await codeOf(headers)).toBeUndefined();
    expect((await revoke(id)).data).toEqual({ revokeApiKey: id });
    expect(await codeOf(headers)).toBe("UNAUTHENTICATED");
    expect((await listed(id)).revokedAt).toMatch(/Z$/);
  });

  it("revoked again keeps the time and actor of the first revoke", async () => {
    const { id } = await createKey(app, owner);
    const row = () => db.current.sql`SELECT revoked_at, revoked_by FROM api_keys WHERE id = ${id}`;
    await revoke(id);
    const before = await row();
    expect(before[0]?.revoked_by).toBe(owner.email);
    expect((await revoke(id)).data).toEqual({ revokeApiKey: id });
    expect(await row()).toEqual(before);
  });

  it("is refused from the instant it expires, by the database's clock", async () => {
    const { headers, id } = await createKey(app, owner);
    const age = (interval: string) => db.current.sql`
      UPDATE api_keys SET created_at = created_at - ${interval}::interval, expires_at = expires_at - ${interval}::interval
      WHERE id = ${id}`;
    await age("29 days 23 hours");
    expect(await codeOf(headers)).toBeUndefined();
    await age("1 hour 1 second");
    expect(await codeOf(headers)).toBe("UNAUTHENTICATED");
  });

  it("is answered like an unknown one, on every path of the API, with 401 and WWW-Authenticate", async () => {
    const { headers, id } = await createKey(app, owner);
    await revoke(id);
    const ask = async (authorization: string) => {
      const response = await app.request("/graphql", {
        method: "POST",
        headers: { "content-type": "application/json", authorization },
        body: JSON.stringify({ query: "{ viewer { id } }" }),
      });
      return [response.status, response.headers.get("www-authenticate"), await response.text()];
    };
    const answer = await ask(headers.authorization ?? "");
    expect(answer.slice(0, 2)).toEqual([401, "Bearer"]);
    expect(answer).toEqual(await ask("Bearer ttlk_x"));
  });
});

describe("the last use", () => {
  it("is recorded with its address, and at most once a minute", async () => {
    const { headers, id } = await createKey(app, owner);
    expect(await listed(id)).toMatchObject({ lastUsedAt: null, lastUsedIp: null });
    const use = (peer: string) => graphql(app, PROJECTS, {}, { headers, peer });
    await use("203.0.113.1");
    await vi.waitFor(async () => expect((await listed(id)).lastUsedIp).toBe("203.0.113.1"));
    const first = await listed(id);
    await use("203.0.113.2");
    expect(await listed(id)).toEqual(first);
    await db.current.sql`UPDATE api_keys SET last_used_at = last_used_at - interval '60 s' WHERE id = ${id}`;
    await use("2001:db8::3");
    await vi.waitFor(async () => expect((await listed(id)).lastUsedIp).toBe("2001:db8::3"));
  });

  it("is recorded in the background, and its failure is only logged", async () => {
    const { headers, id } = await createKey(app, owner);
    await db.current.sql`ALTER TABLE api_keys ADD CONSTRAINT no_use CHECK (last_used_at IS NULL) NOT VALID`;
    try {
      expect(await codeOf(headers)).toBeUndefined();
      await vi.waitFor(() => expect(app.logs.join("")).toContain("could not record the last use"));
      expect(app.logs.join("")).toContain(id);
      expect(app.logs.join("")).not.toContain(headers.authorization?.slice(12));
    } finally {
      await db.current.sql`ALTER TABLE api_keys DROP CONSTRAINT no_use`;
    }
  });
});

describe("rate limits", () => {
  it("count each key's requests separately, and say when to retry", async () => {
    const limited = createTestApp(db.current, { rateLimitMultiplier: 0.01 });
    const [one, other] = [await createKey(app, owner), await createKey(app, owner)];
    const ask = ({ headers }: { headers: Record<string, string> }) =>
      limited.request("/graphql", {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ query: "{ viewer { id } }" }),
      });
    // 600 a minute, times 0.01.
    for (let i = 0; i < 6; i++) expect((await ask(one)).status).toBe(200);
    const refused = await ask(one);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: "RATE_LIMITED" } }] });
    expect((await ask(other)).status).toBe(200);
  });
});
