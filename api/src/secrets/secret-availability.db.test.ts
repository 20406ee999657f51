import { describe, expect, it } from "vitest";
import { createTestApp, testKeyRing } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { createSecret, createSender, graphql, reveal, type Sender } from "../../test/factories.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import { hashToken } from "../crypto/token.ts";
import { findPayload } from "./attempt-store.ts";

const db = useDatabase();

const QUERY = `query ($vaultId: ID!, $token: String!) {
  ttlSecretAvailability(vaultId: $vaultId, token: $token) { expiresAt secondsLeft } }`;

const OVERLOADED = {
  message: "The server can't open this secret at the moment. Try again later.",
  extensions: { code: "OVERLOADED" },
};

interface Link {
  vaultId: string;
  token: string;
}

async function pendingSecret(ttlSeconds = 300, keyRing?: KeyRing) {
  const app = createTestApp(db.current, { ...(keyRing && { keyRing }) });
  const sender: Sender = await createSender(app);
  const secret = await createSecret(app, sender, { ttlSeconds });
  return { app, secret };
}

/** The answer as it comes over the wire, to the byte. */
async function bytesFor(app: ReturnType<typeof createTestApp>, { vaultId, token }: Link): Promise<string> {
  const answer = await app.request("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: QUERY, variables: { vaultId, token } }),
  });
  return `${answer.status} ${await answer.text()}`;
}

describe("ttlSecretAvailability", () => {
  it("returns the expiry, and the seconds until then by the database's clock", async () => {
    const { app, secret } = await pendingSecret();
    const expiry = () => db.current.sql<[{ at: number; left: number }]>`
      SELECT (extract(epoch FROM expires_at) * 1000)::float8 AS at, extract(epoch FROM expires_at - now())::float8 AS left
      FROM ttl_secret_payloads WHERE secret_id = ${secret.id}`;
    const [before] = await expiry();
    const { data } = await graphql(app, QUERY, secret);
    const [after] = await expiry();
    const { expiresAt, secondsLeft } = data.ttlSecretAvailability;
    expect(expiresAt).toBe(new Date(before.at).toISOString());
    expect(secondsLeft).toBeLessThanOrEqual(before.left);
    expect(secondsLeft).toBeGreaterThanOrEqual(Math.floor(after.left));
  });

  it("changes nothing, however often it is queried", async () => {
    const { app, secret } = await pendingSecret();
    for (let i = 0; i < 3; i++) {
      await graphql(app, QUERY, secret);
      expect(await findPayload(db.current, { ...secret, tokenHash: hashToken(secret.token) })).toBeDefined();
    }
    expect((await reveal(app, secret)).__typename).toBe("TtlSecretRevealed");
  });

  it("gives every link without a pending secret the same answer, byte for byte", async () => {
    const { app, secret } = await pendingSecret();
    const other = await pendingSecret();
    const viewed = (await pendingSecret()).secret;
    const expired = (await pendingSecret()).secret;
    await db.current.sql`DELETE FROM ttl_secret_payloads WHERE secret_id = ${viewed.id}`;
    await db.current.sql`
      WITH past AS (
        UPDATE ttl_secrets SET created_at = created_at - interval '1 day', expires_at = expires_at - interval '1 day'
        WHERE id = ${expired.id} RETURNING id, expires_at)
      UPDATE ttl_secret_payloads y SET expires_at = past.expires_at FROM past WHERE past.id = y.secret_id`;
    const answers = await Promise.all(
      [
        viewed,
        expired,
        { vaultId: secret.vaultId, token: "AAAAAAAAAAAAAAAAAAAAAA" },
        { vaultId: other.secret.vaultId, token: secret.token },
        { vaultId: secret.vaultId, token: "" },
        { vaultId: "x", token: secret.token },
        { vaultId: "\u0000", token: secret.token },
      ].map((link) => bytesFor(app, link)),
    );
    expect(new Set(answers)).toEqual(new Set([`200 {"data":{"ttlSecretAvailability":null}}`]));
  });

  it("is overloaded, as the attempt would be, while this server lacks the secret's key", async () => {
    const { secret } = await pendingSecret();
    const keyless = createTestApp(db.current, { keyRing: testKeyRing("other") });
    const { data, errors } = await graphql(keyless, QUERY, secret);
    expect(data?.ttlSecretAvailability ?? null).toBeNull();
    expect(errors?.[0]).toMatchObject(OVERLOADED);
  });

  it("rereads the key file once, and is overloaded while the secret's key is not in it", async () => {
    const ring = testKeyRing("k1");
    const { secret } = await pendingSecret(300, ring);
    const added = [testKeyRing("another"), ring];
    const late: { activeKid: string; keys: ReadonlyMap<string, Buffer>; reload: () => Promise<void> } = {
      ...testKeyRing("other"),
      reload: async () => {
        late.keys = added.shift()?.keys ?? late.keys;
      },
    };
    const app = createTestApp(db.current, { keyRing: late });
    expect((await graphql(app, QUERY, secret)).errors?.[0]).toMatchObject(OVERLOADED);
    expect((await graphql(app, QUERY, secret)).data.ttlSecretAvailability).toMatchObject({
      secondsLeft: expect.any(Number),
    });
  });

  it("answers for a pending secret after too many other links from its address, up to a limit of its own", async () => {
    const keyRing = testKeyRing("k1");
    const { secret } = await pendingSecret(300, keyRing);
    const app = createTestApp(db.current, { rateLimitMultiplier: 1, keyRing });
    const nothing = { vaultId: secret.vaultId, token: "AAAAAAAAAAAAAAAAAAAAAA" };
    const peer = "192.0.2.72";
    const codeFor = async (link: Link, from = peer) =>
      (await graphql(app, QUERY, link, { peer: from })).errors?.[0]?.extensions.code;
    for (let i = 0; i < 60; i++) expect(await codeFor(nothing)).toBeUndefined();
    expect(await codeFor(nothing)).toBe("RATE_LIMITED");
    for (let i = 0; i < 60; i++) expect(await codeFor(secret)).toBeUndefined();
    expect(await codeFor(secret)).toBe("RATE_LIMITED");
    expect(await codeFor(secret, "192.0.2.73")).toBe("RATE_LIMITED");
    expect(await codeFor(nothing, "192.0.2.73")).toBeUndefined();
  });

  it("shares its limit per address with ttlSecretAvailable", async () => {
    const app = createTestApp(db.current, { rateLimitMultiplier: 1 });
    const nothing = { vaultId: "v", token: "t" };
    const boolean = `{ ttlSecretAvailable(vaultId: "v", token: "t") }`;
    const peer = "192.0.2.71";
    for (let i = 0; i < 30; i++) {
      expect((await graphql(app, boolean, {}, { peer })).errors).toBeUndefined();
      expect((await graphql(app, QUERY, nothing, { peer })).errors).toBeUndefined();
    }
    for (const query of [QUERY, boolean]) {
      const { errors } = await graphql(app, query, nothing, { peer });
      expect(errors?.[0]?.extensions.code).toBe("RATE_LIMITED");
    }
  });
});
