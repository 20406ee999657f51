import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createTestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import {
  auditOf,
  createKey,
  createSecret,
  createSender,
  graphql,
  reveal,
  type Sender,
  secretOf,
} from "../../test/factories.ts";

const db = useDatabase();

const CREATE = `mutation ($input: CreateTtlSecretInput!) { createTtlSecret(input: $input) { link } }`;

async function refusalOf(input: Record<string, unknown>) {
  const app = createTestApp(db.current);
  const sender = await createSender(app);
  const { errors } = await graphql(
    app,
    CREATE,
    {
      input: {
        projectId: sender.projectId,
        name: "n",
        ttlSeconds: 60,
        content: { value: "v" },
        ...input,
      },
    },
    { cookie: sender.cookie },
  );
  const [stored] = await db.current.sql<[{ count: number }]>`
    SELECT count(*)::int AS count FROM ttl_secrets WHERE project_id = ${sender.projectId}`;
  return { code: errors?.[0]?.extensions.code, field: errors?.[0]?.extensions.field, stored: stored.count };
}

describe("creating a TTL secret", () => {
  it("returns a link and a passphrase, and stores neither", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const { link, token, passphrase } = await createSecret(app, sender);
    expect(link).toBe(`http://localhost:4000/${sender.vaultId}/${token}`);
    expect(token).toMatch(/^[\w-]{22}$/);
    expect(passphrase).toMatch(/^[a-z]+(-[a-z]+){5}$/);
  });

  it("stores a pending secret that expires one TTL after its creation, by the database's clock", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const { id } = await createSecret(app, sender, { ttlSeconds: 86_400 });
    const secret = await secretOf(app, sender, id);
    expect(secret).toMatchObject({ status: "PENDING", endedAt: null, createdBy: sender.email });
    expect(Date.parse(secret.expiresAt) - Date.parse(secret.createdAt)).toBe(86_400_000);
    const [row] = await db.current.sql<[{ age: number }]>`
      SELECT extract(epoch FROM now() - created_at)::float8 AS age FROM ttl_secrets WHERE id = ${id}`;
    expect(row.age).toBeGreaterThanOrEqual(0);
    expect(row.age).toBeLessThan(30);
  });

  it("writes its audit event in the same transaction", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const { id } = await createSecret(app, sender, { name: "api key" });
    expect(await auditOf(app, sender)).toEqual([
      {
        action: "temporary_secret_create",
        at: (await secretOf(app, sender, id)).createdAt,
        sourceIp: "127.0.0.1",
        actor: sender.email,
        ttlSecretId: id,
        ttlSecretName: "api key",
        reason: null,
      },
    ]);
  });

  describe("with a generated value", () => {
    const CREATE_AND_SHOW = `mutation ($input: CreateTtlSecretInput!) {
      createTtlSecret(input: $input) { ttlSecret { id } link passphrase value replacedTtlSecretId } }`;

    /** Creates as a member, or with these headers. */
    async function create(content: unknown, { asKey = false, idempotencyKey = null as string | null } = {}) {
      const app = createTestApp(db.current);
      const sender = await createSender(app);
      const credentials = asKey ? { headers: (await createKey(app, sender)).headers } : sender;
      const input = { projectId: sender.projectId, name: "n", ttlSeconds: 60, content, idempotencyKey };
      const send = () => graphql(app, CREATE_AND_SHOW, { input }, credentials);
      const open = ({ link, passphrase }: { link: string; passphrase: string }) => {
        const [vaultId = "", token = ""] = new URL(link).pathname.split("/").slice(1);
        return reveal(app, { vaultId, token, passphrase });
      };
      return { ...(await send()), send, open };
    }

    it.each([
      ["SYMBOLS", /^.{24}$/],
      ["NUMBERS", /^\d{24}$/],
      ["UUID", /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/],
    ])("shows it to a creator who asks, and it is what the recipient gets: %s", async (charset, shape) => {
      const { data, open } = await create({ generate: { length: 24, charset, returnValue: true } });
      expect(data.createTtlSecret.value).toMatch(shape);
      expect((await open(data.createTtlSecret)).value).toBe(data.createTtlSecret.value);
    });

    it.each([
      ["the creator does not ask", { generate: { length: 24, charset: "SYMBOLS" } }],
      ["it is declined", { generate: { length: 24, charset: "SYMBOLS", returnValue: false } }],
      ["null is passed", { generate: { length: 24, charset: "SYMBOLS", returnValue: null } }],
      ["the value was given", { value: "v" }],
    ])("shows none when %s", async (_when, content) => {
      const { data, errors } = await create(content);
      expect(errors).toBeUndefined();
      expect(data.createTtlSecret.value).toBeNull();
    });

    it("shows a retry another one, and the first can't be opened any more", async () => {
      const content = { generate: { length: 24, charset: "SYMBOLS", returnValue: true } };
      const { data, send, open } = await create(content, { idempotencyKey: randomUUID() });
      const first = data.createTtlSecret;
      const second = (await send()).data.createTtlSecret;
      expect(second.replacedTtlSecretId).toBe(first.ttlSecret.id);
      expect(second.value).not.toBe(first.value);
      expect((await open(first)).__typename).toBe("TtlSecretNotAvailable");
      expect((await open(second)).value).toBe(second.value);
    });

    it("shows none to an API key and stores nothing", async () => {
      const before = await db.current.sql`SELECT id FROM ttl_secrets`;
      const content = { generate: { length: 24, charset: "SYMBOLS", returnValue: true } };
      const { data, errors } = await create(content, { asKey: true, idempotencyKey: randomUUID() });
      expect(data).toBeNull();
      expect(errors?.[0]?.extensions.code).toBe("FORBIDDEN");
      expect(await db.current.sql`SELECT id FROM ttl_secrets`).toHaveLength(before.length);
      const generated = { generate: { length: 24, charset: "SYMBOLS" } };
      expect((await create(generated, { asKey: true })).data.createTtlSecret.value).toBeNull();
    });
  });

  it.each([60, 61, 86_399, 86_400])("accepts a TTL of %i s", async (ttlSeconds) => {
    expect(await refusalOf({ ttlSeconds })).toEqual({ code: undefined, field: undefined, stored: 1 });
  });

  it.each([-1, 0, 59, 86_401, 2 ** 31 - 1])(
    "refuses a TTL of %i s and stores nothing",
    async (ttlSeconds) => {
      expect(await refusalOf({ ttlSeconds })).toEqual({
        code: "BAD_USER_INPUT",
        field: "ttlSeconds",
        stored: 0,
      });
    },
  );

  it.each([1.5, "60", null, 2 ** 31])("refuses %j as TTL", async (ttlSeconds) => {
    expect(await refusalOf({ ttlSeconds })).toMatchObject({ code: "BAD_USER_INPUT", stored: 0 });
  });

  it.each([
    ["an empty one", ""],
    ["65,537 bytes", "x".repeat(65_537)],
    ["65,538 bytes of two-byte characters", "é".repeat(32_769)],
    ["one with NUL", "a\0b"],
    ["a lone surrogate", "\ud800"],
  ])("refuses as value %s", async (_what, value) => {
    expect(await refusalOf({ content: { value } })).toEqual({
      code: "BAD_USER_INPUT",
      field: "content.value",
      stored: 0,
    });
  });

  it.each([0, 1025, -1])("refuses to generate %i characters", async (length) => {
    expect(await refusalOf({ content: { generate: { length, charset: "SYMBOLS" } } })).toEqual({
      code: "BAD_USER_INPUT",
      field: "content.generate.length",
      stored: 0,
    });
  });

  it.each([
    ["neither a value nor a way to make one", {}],
    ["both at once", { value: "v", generate: { length: 1, charset: "UUID" } }],
    ["null as value", { value: null }],
  ])("refuses %s", async (_what, content) => {
    expect(await refusalOf({ content })).toMatchObject({ code: "BAD_USER_INPUT", stored: 0 });
  });

  it.each([
    ["SYMBOLS", 1, /^[!-~]$/],
    ["ALPHANUMERIC", 1024, /^[A-Za-z0-9]{1024}$/],
    ["NUMBERS", 6, /^\d{6}$/],
    ["UUID", 0, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
  ])("generates %s of length %i, shown only to the recipient", async (charset, length, shape) => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const secret = await createSecret(app, sender, { content: { generate: { length, charset } } });
    const { value } = await reveal(app, secret);
    expect(value).toMatch(shape);
    expect(JSON.stringify(secret)).not.toContain(value.length > 5 ? value : "\0");
  });

  it("answers for another vault's project as for a missing one", async () => {
    const app = createTestApp(db.current);
    const [mine, theirs] = [await createSender(app), await createSender(app)];
    const attempt = (projectId: string) =>
      graphql(
        app,
        CREATE,
        { input: { projectId, name: "n", ttlSeconds: 60, content: { value: "v" } } },
        { cookie: mine.cookie },
      );
    const foreign = await attempt(theirs.projectId);
    expect(foreign.errors?.[0]?.extensions.code).toBe("NOT_FOUND");
    expect(await attempt("00000000-0000-4000-8000-000000000000")).toEqual(foreign);
    expect(await attempt("not an id")).toEqual(foreign);
  });

  it("is limited per member and per address, and a refusal stores nothing", async () => {
    const app = createTestApp(db.current, { rateLimitMultiplier: 1 });
    // The other tests' sign-ups came from this address, too.
    await db.current.sql`DELETE FROM rate_limits`;
    const create = (sender: Sender, peer: string) =>
      graphql(
        app,
        CREATE,
        { input: { projectId: sender.projectId, name: "n", ttlSeconds: 60, content: { value: "v" } } },
        { cookie: sender.cookie, peer },
      );
    const sender = await createSender(app);
    for (let i = 0; i < 60; i++) expect((await create(sender, `192.0.2.${i}`)).errors).toBeUndefined();
    expect((await create(sender, "192.0.2.200")).errors?.[0]?.extensions.code).toBe("RATE_LIMITED");
    const [stored] = await db.current.sql<[{ count: number }]>`
      SELECT count(*)::int AS count FROM ttl_secrets WHERE project_id = ${sender.projectId}`;
    expect(stored.count).toBe(60);

    const office = "198.51.100.1";
    await db.current
      .sql`INSERT INTO rate_limits VALUES (${`createFrom:${office}`}, 180, now() + interval '1 min')`;
    const colleague = await createSender(app);
    expect((await create(colleague, office)).errors?.[0]?.extensions.code).toBe("RATE_LIMITED");
  });

  it("needs a signed-in member", async () => {
    const app = createTestApp(db.current);
    const { projectId } = await createSender(app);
    const { errors } = await graphql(app, CREATE, {
      input: { projectId, name: "n", ttlSeconds: 60, content: { value: "v" } },
    });
    expect(errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
  });
});
