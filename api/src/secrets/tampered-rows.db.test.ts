import { describe, expect, it } from "vitest";
import { createTestApp, type TestApp, testKeyRing } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import {
  type Created,
  createProject,
  createSecret,
  createSender,
  endTtl,
  reveal,
  type Sender,
} from "../../test/factories.ts";
import { hashToken, newToken } from "../crypto/token.ts";

const db = useDatabase();

const VALUE = "the value nobody may see";

/** A pending secret on a server that holds two keys, and a second one to swap data with. */
interface Scene {
  app: TestApp;
  sender: Sender;
  secret: Created;
  other: Created;
}

async function pendingSecrets(): Promise<Scene> {
  const app = createTestApp(db.current, { keyRing: testKeyRing("k1", "k2") });
  const sender = await createSender(app);
  const secret = await createSecret(app, sender, { content: { value: VALUE } });
  return { app, sender, secret, other: await createSecret(app, sender, { content: { value: VALUE } }) };
}

/** One attempt, and its answer as it came over the wire. */
async function attempt({ app }: Scene, { vaultId, token, passphrase }: Created): Promise<string> {
  const response = await app.request("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      query: `mutation ($input: RevealTtlSecretInput!) { revealTtlSecret(input: $input) {
        __typename ... on TtlSecretRevealed { value } ... on TtlSecretDestroyed { message } } }`,
      variables: { input: { vaultId, token, passphrase } },
    }),
  });
  return response.text();
}

/** The state of a secret in the database. */
async function rowOf(id: string) {
  const [row] = await db.current.sql`
    SELECT status, destroyed_reason AS reason, attempted_from IS NOT NULL AS "isOpen",
      (SELECT count(*)::int FROM ttl_secret_payloads WHERE secret_id = ${id}) AS payloads,
      (SELECT json_agg(action ORDER BY at, id) FROM audit_events WHERE ttl_secret_id = ${id}) AS events
    FROM ttl_secrets WHERE id = ${id}`;
  return row;
}

const ENDED = {
  status: "destroyed",
  reason: "unreadable",
  isOpen: false,
  payloads: 0,
  events: ["temporary_secret_create", "temporary_secret_failed"],
};

/** An edit of the secret's payload in place. */
const edit =
  (change: string) =>
  async ({ secret }: Scene) => {
    const { count } = await db.current.sql.unsafe(
      `UPDATE ttl_secret_payloads SET ${change} WHERE secret_id = '${secret.id}'`,
    );
    expect(count).toBe(1);
    return secret;
  };

/** Copies these columns from the other secret's payload. */
const takeFromOther =
  (...columns: string[]) =>
  async ({ secret, other }: Scene) => {
    const taken = columns.map((column) => `${column} = b.${column}`).join();
    await db.current.sql.unsafe(`
      UPDATE ttl_secret_payloads a SET ${taken} FROM ttl_secret_payloads b
      WHERE a.secret_id = '${secret.id}' AND b.secret_id = '${other.id}'`);
    return secret;
  };

/** Swaps the secrets of the two payloads. */
async function swapOwners({ secret, other }: Scene): Promise<void> {
  await db.current.sql.begin(async (sql) => {
    await sql`
      CREATE TEMPORARY TABLE swapped ON COMMIT DROP AS
      SELECT * FROM ttl_secret_payloads WHERE secret_id IN (${secret.id}, ${other.id})`;
    await sql`DELETE FROM ttl_secret_payloads WHERE secret_id IN (${secret.id}, ${other.id})`;
    await sql`
      UPDATE swapped SET secret_id = CASE secret_id WHEN ${secret.id} THEN ${other.id} ELSE ${secret.id} END::uuid`;
    await sql`INSERT INTO ttl_secret_payloads SELECT * FROM swapped`;
  });
}

async function moveToAnotherProject({ app, sender, secret }: Scene): Promise<Created> {
  const projectId = await createProject(app, sender);
  await db.current.sql`UPDATE ttl_secrets SET project_id = ${projectId} WHERE id = ${secret.id}`;
  return secret;
}

async function moveToAnotherVault({ app, sender, secret }: Scene): Promise<Created> {
  const { vaultId } = await createSender(app);
  await db.current.sql`UPDATE projects SET vault_id = ${vaultId} WHERE id = ${sender.projectId}`;
  return { ...secret, vaultId };
}

async function giveAnotherId({ secret }: Scene): Promise<Created> {
  const [row] = await db.current.sql<[{ id: string }]>`
    INSERT INTO ttl_secrets (id, project_id, name, status, created_at, expires_at, created_by)
    SELECT gen_random_uuid(), project_id, name, status, created_at, expires_at, created_by
    FROM ttl_secrets WHERE id = ${secret.id} RETURNING id`;
  await db.current.sql`UPDATE ttl_secret_payloads SET secret_id = ${row.id} WHERE secret_id = ${secret.id}`;
  return { ...secret, id: row.id };
}

const flip = (column: string, byte: string) =>
  `${column} = set_byte(${column}, ${byte}, get_byte(${column}, ${byte}) # 1)`;

/** Alterations of a payload in the database. Each returns the link and passphrase to try. */
const TAMPERINGS: [string, (scene: Scene) => Promise<Created>][] = [
  ["the ciphertext's first byte flipped", edit(flip("ciphertext", "0"))],
  ["the tag's last byte flipped", edit(flip("ciphertext", "octet_length(ciphertext) - 1"))],
  ["the tag cut by a byte", edit("ciphertext = substring(ciphertext FOR octet_length(ciphertext) - 1)")],
  ["a byte put before the ciphertext", edit("ciphertext = '\\x00' || ciphertext")],
  ["the nonce flipped", edit(flip("nonce", "3"))],
  ["the expiry put off by an hour", edit("expires_at = expires_at + interval '1 hour'")],
  ["the expiry moved by a millisecond", edit("expires_at = expires_at - interval '1 ms'")],
  ["another version", edit("version = 2")],
  ["the kid of another loaded key", edit("kid = 'k2'")],
  ["another project", moveToAnotherProject],
  ["another vault, with the link changed to match", moveToAnotherVault],
  ["another secret's id", giveAnotherId],
  ["another secret's ciphertext and nonce", takeFromOther("ciphertext", "nonce")],
  [
    "all that another secret's passphrase opens",
    async (scene) => {
      const secret = await takeFromOther("ciphertext", "nonce", "verifier", "salt")(scene);
      return { ...secret, passphrase: scene.other.passphrase };
    },
  ],
  [
    "the verifier of a passphrase that somebody knows",
    async (scene) => {
      const secret = await takeFromOther("verifier", "salt")(scene);
      return { ...secret, passphrase: scene.other.passphrase };
    },
  ],
];

describe("an altered payload is destroyed as unreadable, and the log says so at level fatal", () => {
  it.each(TAMPERINGS)("%s", async (_what, tamper) => {
    const scene = await pendingSecrets();
    const tampered = await tamper(scene);
    const answer = await attempt(scene, tampered);
    expect(JSON.parse(answer).data.revealTtlSecret.__typename).toBe("TtlSecretDestroyed");
    // The audit log knows no creation of a secret with a new id.
    const events = tampered.id === scene.secret.id ? ENDED.events : ENDED.events.slice(1);
    expect(await rowOf(tampered.id)).toEqual({ ...ENDED, events });

    const log = scene.app.logs.join("");
    const [alert, ...more] = scene.app.logs
      .map((line) => JSON.parse(line))
      .filter(({ level }) => level >= 50);
    expect(alert).toMatchObject({
      level: 60,
      secretId: tampered.id,
      msg: "a stored secret was altered: the right passphrase does not open it",
    });
    expect(more).toEqual([]);
    for (const hidden of [VALUE, tampered.token, tampered.passphrase]) expect(log).not.toContain(hidden);
    const hash = hashToken(tampered.token);
    for (const encoding of ["hex", "base64", "base64url"] as const) {
      expect(log).not.toContain(hash.toString(encoding));
    }
  });

  it("each of two whose payloads were swapped", async () => {
    const scene = await pendingSecrets();
    await swapOwners(scene);
    for (const secret of [scene.secret, scene.other]) {
      expect(JSON.parse(await attempt(scene, secret)).data.revealTtlSecret.__typename).toBe(
        "TtlSecretDestroyed",
      );
    }
    for (const { id } of [scene.secret, scene.other]) expect(await rowOf(id)).toEqual(ENDED);
  });

  it("with the same answer, byte for byte, whatever was altered, as an attempt that could not be finished", async () => {
    const answers = new Set<string>();
    for (const [, tamper] of TAMPERINGS) {
      const scene = await pendingSecrets();
      answers.add(await attempt(scene, await tamper(scene)));
    }
    const scene = await pendingSecrets();
    const unfinished = await edit("argon2_memory_kib = 8, argon2_parallelism = 2")(scene);
    answers.add(await attempt(scene, unfinished));
    expect(await rowOf(unfinished.id)).toMatchObject({ reason: "interrupted", payloads: 0 });
    expect([...answers]).toHaveLength(1);
  }, 120_000);
});

describe("a payload that asks for more than twice the cost of any hash of ours is destroyed unread", () => {
  it.each([
    ["memory", "argon2_memory_kib = 38913"],
    ["passes", "argon2_time_cost = 5"],
    ["lanes", "argon2_parallelism = 3"],
    ["everything", "argon2_memory_kib = 1048576, argon2_time_cost = 16, argon2_parallelism = 16"],
  ])("%s", async (_what, change) => {
    const scene = await pendingSecrets();
    expect(await attempt(scene, await edit(change)(scene))).toContain("TtlSecretDestroyed");
    expect(await rowOf(scene.secret.id)).toEqual(ENDED);
    const alerts = scene.app.logs.map((line) => JSON.parse(line)).filter(({ level }) => level >= 50);
    const msg = "a stored secret was altered: its Argon2 parameters are out of range";
    expect(alerts).toMatchObject([{ level: 60, secretId: scene.secret.id, msg }]);
  });
});

describe("an alteration that looks like a wrong passphrase is destroyed as one", () => {
  it.each([
    ["the verifier flipped", edit(flip("verifier", "31"))],
    ["the salt flipped", edit(flip("salt", "0"))],
    ["a cheaper hash asked for", edit("argon2_time_cost = 1")],
    [
      "twice the cost asked for",
      edit("argon2_memory_kib = 38912, argon2_time_cost = 4, argon2_parallelism = 2"),
    ],
  ])("%s", async (_what, tamper) => {
    const scene = await pendingSecrets();
    const tampered = await tamper(scene);
    expect(await attempt(scene, tampered)).toContain("TtlSecretDestroyed");
    expect(await rowOf(tampered.id)).toEqual({ ...ENDED, reason: "wrong_passphrase" });
  });

  it("a link redirected to another secret", async () => {
    const scene = await pendingSecrets();
    const { secret, other } = scene;
    await db.current.sql`DELETE FROM ttl_secret_payloads WHERE secret_id = ${secret.id}`;
    await db.current.sql`
      UPDATE ttl_secret_payloads SET token_hash = ${hashToken(secret.token)} WHERE secret_id = ${other.id}`;
    expect(await attempt(scene, secret)).toContain("TtlSecretDestroyed");
    expect(await rowOf(other.id)).toEqual({ ...ENDED, reason: "wrong_passphrase" });
  });
});

describe("a payload whose key is not loaded", () => {
  it("is never consumed, whatever the passphrase; the alert names nothing secret; it opens once the key is back", async () => {
    const full = testKeyRing("k1", "k2");
    const withKey = createTestApp(db.current, { keyRing: full });
    const sender = await createSender(withKey);
    const secret = await createSecret(withKey, sender, { content: { value: VALUE } });
    const before = await rowOf(secret.id);
    const keyless = createTestApp(db.current, {
      keyRing: { activeKid: "k2", keys: new Map([...full.keys].filter(([kid]) => kid === "k2")) },
    });
    const scene = { app: keyless, sender, secret, other: secret };
    const answers = [
      await attempt(scene, secret),
      await attempt(scene, { ...secret, passphrase: "wrong-wrong-wrong-wrong-wrong-wrong" }),
    ];
    for (const answer of answers) {
      const message = "The server can't open this secret at the moment. Try again later.";
      expect(JSON.parse(answer)).toMatchObject({ errors: [{ message, extensions: { code: "OVERLOADED" } }] });
    }
    expect(new Set(answers).size).toBe(1);
    expect(await rowOf(secret.id)).toEqual(before);
    expect(before).toMatchObject({ status: "pending", payloads: 1 });

    const alerts = keyless.logs.map((line) => JSON.parse(line)).filter(({ level }) => level >= 50);
    expect(alerts).toHaveLength(2);
    const msg = "a pending secret can't be opened here now; it was not consumed";
    for (const alert of alerts) expect(alert).toMatchObject({ level: 50, reason: "key-missing", msg });
    for (const hidden of [VALUE, secret.token, secret.passphrase]) {
      expect(keyless.logs.join("")).not.toContain(hidden);
    }
    // An unknown token is not reported as a missing key.
    expect(await attempt(scene, { ...secret, token: newToken() })).toContain("TtlSecretNotAvailable");

    expect(await attempt({ ...scene, app: withKey }, secret)).toContain(VALUE);
  });

  it.each([
    ["its TTL is over", ({ secret }: Scene) => endTtl(db.current, secret.id)],
    ["the link names another vault", async ({ app }: Scene) => (await createSender(app)).vaultId],
    ["it was stored in another lineage", (scene: Scene) => edit("lineage = 'elsewhere'")(scene)],
  ])("is not available, as with the key, when %s", async (_when, end) => {
    const scene = await pendingSecrets();
    const vaultId = await end(scene);
    const keyless = createTestApp(db.current, { keyRing: testKeyRing("k3") });
    const link = typeof vaultId === "string" ? { ...scene.secret, vaultId } : scene.secret;
    expect(await reveal(keyless, link)).toEqual(await reveal(scene.app, { ...link, token: newToken() }));
  });

  it("opens with a key that another replica has added: the file is reread only when a key is missing", async () => {
    const { app, secret, other } = await pendingSecrets();
    const { keys } = app.services.keyRing;
    let looks = 0;
    const late: { activeKid: string; keys: ReadonlyMap<string, Buffer>; reload: () => Promise<void> } = {
      ...testKeyRing("k3"),
      reload: async () => {
        looks++;
        late.keys = new Map(keys);
      },
    };
    const latecomer = createTestApp(db.current, { keyRing: late });
    expect(await reveal(latecomer, secret)).toMatchObject({ value: VALUE });
    expect(await reveal(latecomer, other)).toMatchObject({ value: VALUE });
    expect(looks).toBe(1);
  });

  it("is not consumed when the keys can't be reloaded, and the log says why", async () => {
    const app = createTestApp(db.current);
    const secret = await createSecret(app, await createSender(app));
    const reload = () => Promise.reject(new Error("no such file"));
    const keyless = createTestApp(db.current, { keyRing: { ...testKeyRing("k2"), reload } });
    expect(await reveal(keyless, secret)).toMatchObject({ code: "OVERLOADED" });
    expect(keyless.logs.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ level: 50, msg: "the encryption keys could not be reloaded" }),
    );
    expect((await reveal(app, secret)).value).toBe("hunter2");
  });
});
