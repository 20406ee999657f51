import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createTestApp, type TestApp, testKeyRing } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import {
  auditOf,
  createKey,
  createSender,
  graphql,
  reveal,
  type Sender,
  secretOf,
} from "../../test/factories.ts";
import { HashingPool } from "../crypto/argon2.ts";
import { deleteOldKeys } from "./idempotency-store.ts";

const db = useDatabase();
let app: TestApp;
let sender: Sender;

beforeEach(async () => {
  app = createTestApp(db.current);
  sender = await createSender(app);
});

const CREATE = `mutation ($input: CreateTtlSecretInput!) {
  createTtlSecret(input: $input) { ttlSecret { id } link passphrase replacedTtlSecretId }
}`;

const inputWith = (idempotencyKey: string | null, changes: object = {}) => ({
  projectId: sender.projectId,
  name: "Database password",
  ttlSeconds: 300,
  content: { value: "hunter2" },
  idempotencyKey,
  ...changes,
});

async function create(
  idempotencyKey: string | null,
  changes: object = {},
  { by = { cookie: sender.cookie }, through = app }: { by?: object; through?: TestApp } = {},
) {
  const input = inputWith(idempotencyKey, changes);
  const { data, errors } = await graphql(through, CREATE, { input }, by);
  if (errors) return { refusal: errors[0]?.extensions };
  const { ttlSecret, link, passphrase, replacedTtlSecretId } = data.createTtlSecret;
  const [vaultId = "", token = ""] = new URL(link).pathname.split("/").slice(1);
  return { made: { id: ttlSecret.id as string, vaultId, token, passphrase }, replaced: replacedTtlSecretId };
}

const REFUSED = { code: "BAD_USER_INPUT", field: "idempotencyKey" };

const statuses = async () => {
  const rows = await db.current.sql`
    SELECT s.status, (y.secret_id IS NOT NULL) AS payload FROM ttl_secrets s
    LEFT JOIN ttl_secret_payloads y ON y.secret_id = s.id
    WHERE s.project_id = ${sender.projectId} ORDER BY s.created_at, s.id`;
  return rows.map(({ status, payload }) => `${status}${payload ? " with payload" : ""}`);
};

const isRevealed = async (made: NonNullable<Awaited<ReturnType<typeof create>>["made"]>) =>
  (await reveal(app, made)).__typename === "TtlSecretRevealed";

describe("a create retried with its idempotency key", () => {
  it("revokes the secret whose answer was lost, and answers with a fresh one", async () => {
    const key = randomUUID();
    const first = await create(key);
    const second = await create(key);
    expect(first.replaced).toBeNull();
    expect(second.replaced).toBe(first.made?.id);
    expect(await statuses()).toEqual(["revoked", "pending with payload"]);
    expect(await secretOf(app, sender, first.made?.id ?? "")).toMatchObject({ status: "REVOKED" });
    expect(
      (await auditOf(app, sender)).map(({ action, actor, ttlSecretId }: Record<string, string>) => [
        action,
        actor,
        ttlSecretId,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ["temporary_secret_create", sender.email, first.made?.id],
        ["temporary_secret_revoked", sender.email, first.made?.id],
        ["temporary_secret_create", sender.email, second.made?.id],
      ]),
    );
    if (!first.made || !second.made) throw new Error("no secret");
    expect(await reveal(app, first.made)).toMatchObject({ __typename: "TtlSecretNotAvailable" });
    expect(await isRevealed(second.made)).toBe(true);
  });

  it("uses the retry's value: values are not compared, because nothing of them is stored", async () => {
    const key = randomUUID();
    await create(key);
    const { made } = await create(key, { content: { value: "hunter3" } });
    if (!made) throw new Error("no secret");
    expect(await reveal(app, made)).toEqual({ __typename: "TtlSecretRevealed", value: "hunter3" });
  });

  it("leaves one pending secret however many requests arrive at once, and one of them gets its answer", async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 12 }, () => create(key)));
    const left = await statuses();
    expect(left.filter((status) => status === "pending with payload")).toHaveLength(1);
    expect(left.filter((status) => status.startsWith("pending"))).toHaveLength(1);
    for (const { refusal } of answers) if (refusal) expect(refusal).toEqual(REFUSED);
    const opened = [];
    for (const { made } of answers) if (made) opened.push(await isRevealed(made));
    expect(opened.filter(Boolean)).toHaveLength(1);
  });

  it("wins over a slow first request that finishes afterwards", async () => {
    const key = randomUUID();
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const hashingPool = new HashingPool();
    const run = hashingPool.run.bind(hashingPool);
    hashingPool.run = async (work) => {
      await gate;
      return run(work);
    };
    const slow = createTestApp(db.current, { hashingPool });
    // Signed in there, because each app has its own session secret.
    const { headers } = await createKey(app, sender);
    const first = create(key, {}, { by: { headers }, through: slow });
    await vi.waitFor(async () => {
      const rows = await db.current
        .sql`SELECT 1 FROM create_attempts WHERE secret_id IS NULL AND attempt = 1`;
      expect(rows).toHaveLength(1);
    });
    const second = await create(key, {}, { by: { headers } });
    open();
    expect((await first).refusal).toEqual(REFUSED);
    expect(await statuses()).toEqual(["pending with payload"]);
    if (!second.made) throw new Error("no secret");
    const opener = createTestApp(db.current, { keyRing: app.services.keyRing });
    expect(await reveal(opener, second.made)).toMatchObject({ __typename: "TtlSecretRevealed" });
  });

  it("creates after a request that failed before it stored anything", async () => {
    const key = randomUUID();
    const busy = new HashingPool();
    busy.run = () => Promise.reject(new Error("no memory"));
    const failing = createTestApp(db.current, { hashingPool: busy, keyRing: testKeyRing("k1") });
    const { headers } = await createKey(app, sender);
    expect((await create(key, {}, { by: { headers }, through: failing })).refusal).toEqual({
      code: "INTERNAL",
    });
    expect(await create(key, {}, { by: { headers } })).toMatchObject({ replaced: null });
    expect(await statuses()).toEqual(["pending with payload"]);
  });

  it.each([
    ["viewed", (made: Parameters<typeof isRevealed>[0]) => reveal(app, made)],
    ["destroyed", (made: Parameters<typeof isRevealed>[0]) => reveal(app, { ...made, passphrase: "wrong" })],
    [
      "revoked",
      ({ id }: { id: string }) =>
        graphql(app, "mutation ($id: ID!) { revokeTtlSecret(id: $id) { id } }", { id }, sender),
    ],
    [
      "expired",
      ({ id }: { id: string }) => db.current.sql`
        WITH s AS (UPDATE ttl_secrets SET created_at = created_at - interval '1 h', expires_at = expires_at - interval '1 h' WHERE id = ${id})
        UPDATE ttl_secret_payloads SET expires_at = expires_at - interval '1 h' WHERE secret_id = ${id}`,
    ],
  ])("is refused once the secret was %s, names it, and creates none", async (_how, end) => {
    const key = randomUUID();
    const { made } = await create(key);
    if (!made) throw new Error("no secret");
    await end(made);
    const before = await statuses();
    expect((await create(key)).refusal).toEqual({ ...REFUSED, ttlSecretId: made.id });
    expect((await create(key)).refusal).toEqual({ ...REFUSED, ttlSecretId: made.id });
    expect(await statuses()).toEqual(before);
  });

  it.each([
    ["name", { name: "Other" }],
    ["TTL", { ttlSeconds: 301 }],
    ["way to make the value", { content: { generate: { length: 10, charset: "NUMBERS" } } }],
  ])("is refused with another %s, and leaves the first secret alone", async (_what, changes) => {
    const key = randomUUID();
    await create(key);
    expect((await create(key, changes)).refusal).toEqual(REFUSED);
    expect(await statuses()).toEqual(["pending with payload"]);
    // The refused request did not block the right one.
    expect((await create(key)).made).toBeDefined();
  });

  it("is distinguished by how a value is generated", async () => {
    const key = randomUUID();
    const generate = (length: number, charset: string) => ({ content: { generate: { length, charset } } });
    await create(key, generate(10, "NUMBERS"));
    expect((await create(key, generate(11, "NUMBERS"))).refusal).toEqual(REFUSED);
    expect((await create(key, generate(10, "SYMBOLS"))).refusal).toEqual(REFUSED);
    expect((await create(key, generate(10, "NUMBERS"))).made).toBeDefined();
  });
});

describe("an idempotency key", () => {
  it("applies to one project and one principal only", async () => {
    const key = randomUUID();
    const { data } = await graphql(
      app,
      'mutation { createProject(input: { name: "Other" }) { id } }',
      {},
      { cookie: sender.cookie },
    );
    const { headers } = await createKey(app, sender);
    const { headers: otherHeaders } = await createKey(app, sender);
    await create(key);
    await create(key, { projectId: data.createProject.id });
    await create(key, {}, { by: { headers } });
    await create(key, {}, { by: { headers: otherHeaders } });
    expect(await statuses()).toEqual(Array(3).fill("pending with payload"));
  });

  it("left out, or null, has no effect", async () => {
    await create(null);
    await create(null);
    expect(await statuses()).toEqual(["pending with payload", "pending with payload"]);
  });

  it.each([
    ["15 characters", "x".repeat(15)],
    ["129 characters", "x".repeat(129)],
    ["nothing", ""],
    ["a space in it", `${"x".repeat(10)} ${"x".repeat(10)}`],
    ["a letter that is not ASCII", "é".repeat(20)],
    ["a line break after it", `${"x".repeat(20)}\n`],
  ])("is refused: %s", async (_what, key) => {
    expect((await create(key)).refusal).toEqual(REFUSED);
    expect(await statuses()).toEqual([]);
  });

  it.each([
    ["16 characters", "x".repeat(16)],
    ["128 characters", "~".repeat(128)],
  ])("is accepted: %s", async (_what, key) => {
    expect((await create(key)).made).toBeDefined();
  });

  it("is stored as a digest only, with nothing of the value", async () => {
    const key = randomUUID();
    await create(key, { content: { value: "canary-value-5e1" } });
    const [row] = await db.current.sql`SELECT string_agg(t::text, '') AS text FROM create_attempts t`;
    expect(row?.text).not.toContain(key);
    const digests = await db.current
      .sql`SELECT DISTINCT input_digest FROM create_attempts WHERE secret_id IN (SELECT id FROM ttl_secrets WHERE project_id = ${sender.projectId})`;
    await create(randomUUID(), { content: { value: "another" } });
    const more = await db.current
      .sql`SELECT DISTINCT input_digest FROM create_attempts WHERE secret_id IN (SELECT id FROM ttl_secrets WHERE project_id = ${sender.projectId})`;
    expect([...more]).toEqual([...digests]);
  });

  it("is deleted 25 hours after its last use: an hour longer than the longest TTL", async () => {
    const [kept, old] = [randomUUID(), randomUUID()];
    await create(kept);
    await create(old);
    const age = (id: string | undefined, hours: number) => db.current.sql`
      UPDATE create_attempts SET last_attempt_at = now() - make_interval(hours => ${hours})
      WHERE secret_id IN (SELECT id FROM ttl_secrets WHERE project_id = ${sender.projectId})
        AND secret_id ${id ? db.current.sql`= ${id}` : db.current.sql`IS NOT NULL`}`;
    await age(undefined, 24);
    const { made } = await create(old);
    await age(made?.id, 25);
    await deleteOldKeys(db.current);
    const rows = await db.current.sql`
      SELECT 1 FROM create_attempts a JOIN ttl_secrets s ON s.id = a.secret_id WHERE s.project_id = ${sender.projectId}`;
    expect(rows).toHaveLength(1);
  });

  it("is deleted with its project", async () => {
    await create(randomUUID());
    const count = async () => (await db.current.sql`SELECT 1 FROM create_attempts`).length;
    const before = await count();
    await graphql(app, "mutation ($id: ID!) { deleteProject(id: $id) }", { id: sender.projectId }, sender);
    expect(await count()).toBe(before - 1);
  });
});
