import { randomBytes, randomUUID } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../api/test/database.ts";
import type {} from "../api/test/global-setup.ts";

const database = useDatabase();
/** A separate connection, because Drizzle disables date conversion on the one it is given. */
const db = {} as { sql: postgres.Sql };

const VAULT = "vault_0123456789abcdef";
const START = new Date("2026-01-01T00:00:00.000Z");
const after = (ms: number) => new Date(START.getTime() + ms);

type Row = Record<string, unknown>;

let projectId: string;

beforeAll(async () => {
  const sql = postgres(database.current.url, { onnotice: () => {} });
  db.sql = sql;
  await sql`INSERT INTO users (id, name, email) VALUES ('u1', 'Ada', 'ada@example.com')`;
  await sql`INSERT INTO vaults (id, name) VALUES (${VAULT}, 'Ada’s vault')`;
  projectId = await insert("projects", aProject());
});

afterAll(() => db.sql.end());

/** Inserts a row and returns its id. */
async function insert(table: string, row: Row): Promise<string> {
  const { sql } = db;
  await sql`INSERT INTO ${sql(table)} ${sql(row)}`;
  return String(row.id);
}

const aProject = (): Row => ({ id: randomUUID(), vault_id: VAULT, name: "Payments" });

const aSecret = (): Row => ({
  id: randomUUID(),
  project_id: projectId,
  name: "Database password",
  status: "pending",
  created_at: START,
  expires_at: after(300_000),
  created_by: "ada@example.com",
});

const anEnded = (status: string, reason: string | null = null): Row => ({
  ...aSecret(),
  status,
  destroyed_reason: reason,
  ended_at: after(1000),
});

const aPayload = (secretId: string): Row => ({
  token_hash: randomBytes(32),
  secret_id: secretId,
  version: 1,
  kid: "k1",
  nonce: randomBytes(12),
  ciphertext: randomBytes(100),
  verifier: randomBytes(32),
  salt: randomBytes(16),
  argon2_memory_kib: 19_456,
  argon2_time_cost: 2,
  argon2_parallelism: 1,
  expires_at: after(300_000),
});

const aChain = () => ({ vault_id: randomUUID(), length: 1, head: randomBytes(32) });

const anEvent = (): Row => ({
  id: randomUUID(),
  vault_id: VAULT,
  project_id: projectId,
  action: "temporary_secret_create",
  source_ip: "203.0.113.7",
});

const aKey = (): Row => ({
  id: randomUUID(),
  vault_id: VAULT,
  name: `Bot ${randomUUID()}`,
  key_hash: randomBytes(32),
  scopes: "{ttl-secrets:read}",
  created_at: START,
  created_by: "ada@example.com",
  expires_at: after(86_400_000),
});

const anAttempt = (): Row => ({ digest: randomBytes(32), input_digest: randomBytes(32), attempt: 1 });

/** An array literal of `n` random UUIDs. */
const uuids = (n: number) => `{${Array.from({ length: n }, () => randomUUID()).join(",")}}`;

interface Check {
  table: string;
  row: () => Row | Promise<Row>;
  accepted: [string, Row][];
  rejected: [string, Row][];
}

const payloadOfNewSecret = async () => aPayload(await insert("ttl_secrets", aSecret()));

/** For every CHECK, rows on either side of its boundary, as differences from a valid row. */
const CHECKS: Record<string, Check> = {
  vaults_id_shape: {
    table: "vaults",
    row: () => ({ name: "x" }),
    accepted: [
      ["16 characters", { id: "vault_0123456789abcdez" }],
      ["32 characters", { id: `vault_${"z9".repeat(16)}` }],
    ],
    rejected: [
      ["15 characters", { id: `vault_${"a".repeat(15)}` }],
      ["33 characters", { id: `vault_${"a".repeat(33)}` }],
      ["capitals", { id: `vault_${"A".repeat(16)}` }],
      ["a slash", { id: `vault_${"a".repeat(15)}/` }],
      ["a line break after it", { id: `vault_${"a".repeat(16)}\n` }],
      ["a line before it", { id: `x\nvault_${"a".repeat(16)}` }],
      ["no prefix", { id: "a".repeat(22) }],
    ],
  },
  members_role: {
    table: "members",
    row: async () => {
      const user = { id: randomUUID(), name: "x", email: `${randomUUID()}@example.com` };
      return { vault_id: VAULT, user_id: await insert("users", user), role: "owner" };
    },
    accepted: [
      ["owner", { role: "owner" }],
      ["member", { role: "member" }],
    ],
    rejected: [
      ["admin", { role: "admin" }],
      ["Owner", { role: "Owner" }],
      ["nothing", { role: "" }],
    ],
  },
  projects_name_length: {
    table: "projects",
    row: aProject,
    accepted: [
      ["1 character", { name: "x" }],
      ["200 emoji", { name: "🔑".repeat(200) }],
    ],
    rejected: [
      ["nothing", { name: "" }],
      ["201 characters", { name: "x".repeat(201) }],
    ],
  },
  ttl_secrets_name_length: {
    table: "ttl_secrets",
    row: aSecret,
    accepted: [
      ["1 character", { name: "x" }],
      ["200 emoji", { name: "🔑".repeat(200) }],
    ],
    rejected: [
      ["nothing", { name: "" }],
      ["201 characters", { name: "x".repeat(201) }],
    ],
  },
  ttl_secrets_ttl: {
    table: "ttl_secrets",
    row: aSecret,
    accepted: [
      ["60 seconds", { expires_at: after(60_000) }],
      ["24 hours", { expires_at: after(86_400_000) }],
    ],
    rejected: [
      ["a millisecond less than 60 seconds", { expires_at: after(59_999) }],
      ["a millisecond more than 24 hours", { expires_at: after(86_400_001) }],
      ["no time at all", { expires_at: START }],
      ["a time before", { expires_at: after(-300_000) }],
    ],
  },
  ttl_secrets_status: {
    table: "ttl_secrets",
    row: () => anEnded("viewed"),
    accepted: ["viewed", "expired", "revoked"].map((status) => [status, { status }]),
    rejected: ["VIEWED", "deleted", ""].map((status) => [status, { status }]),
  },
  ttl_secrets_ended: {
    table: "ttl_secrets",
    row: () => anEnded("viewed"),
    accepted: [["pending, without an end", { status: "pending", ended_at: null }]],
    rejected: [
      ["pending, with an end", { status: "pending" }],
      ["viewed, without an end", { ended_at: null }],
      ["revoked, without an end", { status: "revoked", ended_at: null }],
    ],
  },
  ttl_secrets_reason: {
    table: "ttl_secrets",
    row: () => anEnded("destroyed", "wrong_passphrase"),
    accepted: [
      ["interrupted", { destroyed_reason: "interrupted" }],
      ["unreadable", { destroyed_reason: "unreadable" }],
    ],
    rejected: [
      ["destroyed, for no reason", { destroyed_reason: null }],
      ["destroyed, for another reason", { destroyed_reason: "bored" }],
      ["viewed, with a reason", { status: "viewed" }],
      ["pending, with a reason", { status: "pending", ended_at: null }],
    ],
  },
  ttl_secrets_attempt: {
    table: "ttl_secrets",
    row: () => anEnded("destroyed", "interrupted"),
    accepted: [["interrupted", { attempted_from: "2001:db8::7" }]],
    rejected: [
      ["viewed", { attempted_from: "203.0.113.7", status: "viewed", destroyed_reason: null }],
      [
        "destroyed by a wrong passphrase",
        { attempted_from: "203.0.113.7", destroyed_reason: "wrong_passphrase" },
      ],
      [
        "pending",
        { attempted_from: "203.0.113.7", status: "pending", destroyed_reason: null, ended_at: null },
      ],
    ],
  },
  ttl_secret_payloads_token_hash: {
    table: "ttl_secret_payloads",
    row: payloadOfNewSecret,
    accepted: [["32 bytes", {}]],
    rejected: [
      ["31 bytes", { token_hash: randomBytes(31) }],
      ["33 bytes", { token_hash: randomBytes(33) }],
      ["a token in the place of its hash", { token_hash: Buffer.from("Zm9vYmFyLTAxMjM0NTY3OA") }],
    ],
  },
  ttl_secret_payloads_nonce: {
    table: "ttl_secret_payloads",
    row: payloadOfNewSecret,
    accepted: [["12 bytes", {}]],
    rejected: [
      ["11 bytes", { nonce: randomBytes(11) }],
      ["13 bytes", { nonce: randomBytes(13) }],
    ],
  },
  ttl_secret_payloads_ciphertext: {
    table: "ttl_secret_payloads",
    row: payloadOfNewSecret,
    accepted: [
      ["one byte and the tag", { ciphertext: randomBytes(17) }],
      ["64 KiB and the tag", { ciphertext: randomBytes(65_552) }],
    ],
    rejected: [
      ["nothing but the tag", { ciphertext: randomBytes(16) }],
      ["a byte more than 64 KiB and the tag", { ciphertext: randomBytes(65_553) }],
    ],
  },
  ttl_secret_payloads_verifier: {
    table: "ttl_secret_payloads",
    row: payloadOfNewSecret,
    accepted: [["32 bytes", {}]],
    rejected: [
      ["nothing", { verifier: Buffer.alloc(0) }],
      ["31 bytes", { verifier: randomBytes(31) }],
      ["the whole 64 bytes, wrap key included", { verifier: randomBytes(64) }],
    ],
  },
  ttl_secret_payloads_version: {
    table: "ttl_secret_payloads",
    row: payloadOfNewSecret,
    accepted: [["2", { version: 2 }]],
    rejected: [["0", { version: 0 }]],
  },
  ttl_secret_payloads_kid: {
    table: "ttl_secret_payloads",
    row: payloadOfNewSecret,
    accepted: [["32 characters", { kid: "k".repeat(32) }]],
    rejected: [
      ["nothing", { kid: "" }],
      ["33 characters", { kid: "k".repeat(33) }],
    ],
  },
  ttl_secret_payloads_argon2: {
    table: "ttl_secret_payloads",
    row: payloadOfNewSecret,
    accepted: [
      ["the least", { argon2_memory_kib: 8, argon2_time_cost: 1, argon2_parallelism: 1 }],
      ["the most", { argon2_memory_kib: 1_048_576, argon2_time_cost: 16, argon2_parallelism: 16 }],
    ],
    rejected: [
      ["more than 1 GiB", { argon2_memory_kib: 1_048_577 }],
      ["no memory", { argon2_memory_kib: 0 }],
      ["17 passes", { argon2_time_cost: 17 }],
      ["no pass", { argon2_time_cost: 0 }],
      ["17 lanes", { argon2_parallelism: 17 }],
      ["no lane", { argon2_parallelism: 0 }],
    ],
  },
  ttl_secret_payloads_salt: {
    table: "ttl_secret_payloads",
    row: payloadOfNewSecret,
    accepted: [["16 bytes", {}]],
    rejected: [
      ["nothing", { salt: Buffer.alloc(0) }],
      ["15 bytes", { salt: randomBytes(15) }],
      ["17 bytes", { salt: randomBytes(17) }],
    ],
  },
  api_keys_name_length: {
    table: "api_keys",
    row: aKey,
    accepted: [["200 emoji", { name: "🔑".repeat(200) }]],
    rejected: [
      ["nothing", { name: "" }],
      ["201 characters", { name: "x".repeat(201) }],
    ],
  },
  api_keys_key_hash: {
    table: "api_keys",
    row: aKey,
    accepted: [["32 bytes", {}]],
    rejected: [
      ["the key itself", { key_hash: Buffer.from(`ttlk_${"a".repeat(48)}`) }],
      ["31 bytes", { key_hash: randomBytes(31) }],
      ["33 bytes", { key_hash: randomBytes(33) }],
    ],
  },
  api_keys_scopes: {
    table: "api_keys",
    row: aKey,
    accepted: [["both", { scopes: "{ttl-secrets:create,ttl-secrets:read}" }]],
    rejected: [
      ["none", { scopes: "{}" }],
      ["one to reveal", { scopes: "{ttl-secrets:read,ttl-secrets:reveal}" }],
      ["an empty place", { scopes: "{ttl-secrets:read,NULL}" }],
    ],
  },
  api_keys_project_ids: {
    table: "api_keys",
    row: aKey,
    accepted: [
      ["the whole vault", { project_ids: null }],
      ["1", { project_ids: uuids(1) }],
      ["100", { project_ids: uuids(100) }],
    ],
    rejected: [
      ["none", { project_ids: "{}" }],
      ["101", { project_ids: uuids(101) }],
    ],
  },
  api_keys_expiry: {
    table: "api_keys",
    row: aKey,
    accepted: [["366 days", { expires_at: after(366 * 86_400_000) }]],
    rejected: [
      ["at its birth", { expires_at: START }],
      ["366 days and 1 ms", { expires_at: after(366 * 86_400_000 + 1) }],
      ["in the year 9999", { expires_at: new Date("9999-12-31T00:00:00Z") }],
    ],
  },
  api_keys_last_use: {
    table: "api_keys",
    row: aKey,
    accepted: [["both", { last_used_at: START, last_used_ip: "203.0.113.7" }]],
    rejected: [
      ["a time without an address", { last_used_at: START }],
      ["an address without a time", { last_used_ip: "203.0.113.7" }],
    ],
  },
  api_keys_revocation: {
    table: "api_keys",
    row: aKey,
    accepted: [["both", { revoked_at: START, revoked_by: "ada@example.com" }]],
    rejected: [
      ["by no one", { revoked_at: START }],
      ["at no time", { revoked_by: "ada@example.com" }],
    ],
  },
  server_keys_check_value: {
    table: "server_keys",
    row: () => ({ kid: randomUUID(), check_value: randomBytes(32) }),
    accepted: [["32 bytes", {}]],
    rejected: [
      ["31 bytes", { check_value: randomBytes(31) }],
      ["33 bytes", { check_value: randomBytes(33) }],
    ],
  },
  create_attempts_digest: {
    table: "create_attempts",
    row: anAttempt,
    accepted: [["32 bytes", {}]],
    rejected: [["31 bytes", { digest: randomBytes(31) }]],
  },
  create_attempts_input_digest: {
    table: "create_attempts",
    row: anAttempt,
    accepted: [["32 bytes", {}]],
    rejected: [["33 bytes", { input_digest: randomBytes(33) }]],
  },
  create_attempts_attempt: {
    table: "create_attempts",
    row: anAttempt,
    accepted: [["the second", { attempt: 2 }]],
    rejected: [["none", { attempt: 0 }]],
  },
  audit_chains_length: {
    table: "audit_chains",
    row: aChain,
    accepted: [["none", { length: 0 }]],
    rejected: [["less than none", { length: -1 }]],
  },
  audit_chains_head: {
    table: "audit_chains",
    row: aChain,
    accepted: [["32 bytes", {}]],
    rejected: [["31 bytes", { head: randomBytes(31) }]],
  },
  audit_events_action: {
    table: "audit_events",
    row: anEvent,
    accepted: [
      ...["create", "viewed", "failed", "revoked"].map((name) => `temporary_secret_${name}`),
      "project_deleted",
    ].map((action) => [action, { action }]),
    rejected: ["temporary_secret_deleted", "create", ""].map((action) => [action, { action }]),
  },
};

test("this table covers every CHECK of the database", async () => {
  const rows = await db.sql`
    SELECT conname FROM pg_constraint
    WHERE contype = 'c' AND connamespace = 'public'::regnamespace ORDER BY conname`;
  expect(rows.map(({ conname }) => conname)).toEqual(Object.keys(CHECKS).sort());
});

describe.each(Object.entries(CHECKS))("%s", (constraint, { table, row, accepted, rejected }) => {
  test.each(accepted)("accepts: %s", async (_, difference) => {
    await expect(insert(table, { ...(await row()), ...difference })).resolves.toBeDefined();
  });

  test.each(rejected)("rejects: %s", async (_, difference) => {
    const bad = { ...(await row()), ...difference };
    const error = await insert(table, bad).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "23514", constraint_name: constraint });
  });
});

describe("uniqueness", () => {
  const isTaken = (constraint: string) => ({ code: "23505", constraint_name: constraint });

  test("two payloads can't share a token, and a secret can't have two payloads", async () => {
    const payload = await payloadOfNewSecret();
    await insert("ttl_secret_payloads", payload);
    const sameToken = { ...(await payloadOfNewSecret()), token_hash: payload.token_hash };
    await expect(insert("ttl_secret_payloads", sameToken)).rejects.toMatchObject(
      isTaken("ttl_secret_payloads_pkey"),
    );
    const sameSecret = { ...payload, token_hash: randomBytes(32) };
    await expect(insert("ttl_secret_payloads", sameSecret)).rejects.toMatchObject(
      isTaken("ttl_secret_payloads_secret_id_unique"),
    );
  });

  test("two API keys can't share a hash or, within a vault, a name", async () => {
    const key = aKey();
    await insert("api_keys", key);
    await expect(insert("api_keys", { ...aKey(), key_hash: key.key_hash })).rejects.toMatchObject(
      isTaken("api_keys_key_hash_unique"),
    );
    await expect(insert("api_keys", { ...aKey(), name: key.name })).rejects.toMatchObject(
      isTaken("api_keys_name"),
    );
  });

  test("only one account can be the founder", async () => {
    const user = (founder: boolean | null) => ({
      id: randomUUID(),
      name: "x",
      email: `${randomUUID()}@example.com`,
      founder,
    });
    for (const founder of [null, null, false, false, true]) await insert("users", user(founder));
    await expect(insert("users", user(true))).rejects.toMatchObject(isTaken("users_one_founder"));
  });

  test("a person has one personal vault, one account per address, and one role per vault", async () => {
    const vault = (id: string) => ({ id: `vault_${id.repeat(16)}`, name: "x", personal_of: "u1" });
    await insert("vaults", vault("a"));
    await expect(insert("vaults", vault("b"))).rejects.toMatchObject(isTaken("vaults_personal_of_unique"));
    await expect(insert("users", { id: "u2", name: "Eve", email: "ada@example.com" })).rejects.toMatchObject(
      isTaken("users_email_unique"),
    );
    await insert("members", { vault_id: VAULT, user_id: "u1", role: "owner" });
    await expect(insert("members", { vault_id: VAULT, user_id: "u1", role: "member" })).rejects.toMatchObject(
      isTaken("members_vault_id_user_id_pk"),
    );
  });
});

describe("the audit log", () => {
  const refused = { code: "42501", message: "audit_events is append-only" };
  const read = async (id: string) => [
    ...(await db.sql`SELECT action, source_ip, actor FROM audit_events WHERE id = ${id}`),
  ];

  test("accepts new events", async () => {
    const id = await insert("audit_events", anEvent());
    expect(await read(id)).toEqual([
      { action: "temporary_secret_create", source_ip: "203.0.113.7", actor: null },
    ]);
  });

  test("refuses UPDATE, also as part of an INSERT", async () => {
    const { sql } = db;
    const event = anEvent();
    const id = await insert("audit_events", event);
    const before = await read(id);
    await expect(sql`UPDATE audit_events SET actor = 'x' WHERE id = ${id}`).rejects.toMatchObject(refused);
    await expect(
      sql`INSERT INTO audit_events ${sql(event)} ON CONFLICT (id) DO UPDATE SET actor = 'x'`,
    ).rejects.toMatchObject(refused);
    expect(await read(id)).toEqual(before);
  });

  test("refuses DELETE, and with it rolls back the rest of the transaction", async () => {
    const { sql } = db;
    const id = await insert("audit_events", anEvent());
    await expect(sql`DELETE FROM audit_events WHERE id = ${id}`).rejects.toMatchObject(refused);
    const project = aProject();
    await expect(
      sql.begin(async (tx) => {
        await tx`INSERT INTO projects ${tx(project)}`;
        await tx`DELETE FROM audit_events`;
      }),
    ).rejects.toMatchObject(refused);
    expect(await read(id)).toHaveLength(1);
    expect(await sql`SELECT 1 FROM projects WHERE id = ${String(project.id)}`).toHaveLength(0);
  });

  test("refuses TRUNCATE, alone, with others and by CASCADE", async () => {
    const { sql } = db;
    const id = await insert("audit_events", anEvent());
    await expect(sql`TRUNCATE audit_events`).rejects.toMatchObject(refused);
    await expect(sql`TRUNCATE rate_limits, audit_events CASCADE`).rejects.toMatchObject(refused);
    expect(await read(id)).toHaveLength(1);
  });

  test("refuses a source address that is not an IP address", async () => {
    await expect(insert("audit_events", { ...anEvent(), source_ip: "unknown" })).rejects.toMatchObject({
      code: "22P02",
    });
  });
});

describe("deleting", () => {
  /** A project with a pending and an ended secret, a payload and an event. */
  async function projectWithAll(project: Row = aProject()) {
    const id = await insert("projects", project);
    const secretId = await insert("ttl_secrets", { ...aSecret(), project_id: id });
    await insert("ttl_secrets", { ...anEnded("viewed"), project_id: id });
    await insert("ttl_secret_payloads", aPayload(secretId));
    const eventId = await insert("audit_events", { ...anEvent(), project_id: id, ttl_secret_id: secretId });
    return { id, secretId, eventId };
  }

  async function countsOf({ id, secretId, eventId }: Awaited<ReturnType<typeof projectWithAll>>) {
    const [row] = await db.sql`
      SELECT (SELECT count(*)::int FROM projects WHERE id = ${id}) AS projects,
        (SELECT count(*)::int FROM ttl_secrets WHERE project_id = ${id}) AS secrets,
        (SELECT count(*)::int FROM ttl_secret_payloads WHERE secret_id = ${secretId}) AS payloads,
        (SELECT count(*)::int FROM audit_events WHERE id = ${eventId}) AS events`;
    return row;
  }

  test("a project deletes its secrets and their payloads, pending ones too, and keeps its events", async () => {
    const [project, other] = [await projectWithAll(), await projectWithAll()];
    expect(await countsOf(project)).toEqual({ projects: 1, secrets: 2, payloads: 1, events: 1 });
    await db.sql`DELETE FROM projects WHERE id = ${project.id}`;
    expect(await countsOf(project)).toEqual({ projects: 0, secrets: 0, payloads: 0, events: 1 });
    expect(await countsOf(other)).toEqual({ projects: 1, secrets: 2, payloads: 1, events: 1 });
  });

  test("a vault deletes its projects and everything in them", async () => {
    const vaultId = "vault_00000000000000ff";
    await insert("vaults", { id: vaultId, name: "x" });
    const project = await projectWithAll({ ...aProject(), vault_id: vaultId });
    await db.sql`DELETE FROM vaults WHERE id = ${vaultId}`;
    expect(await countsOf(project)).toEqual({ projects: 0, secrets: 0, payloads: 0, events: 1 });
  });

  test("a payload destroys the secret and keeps the secret's own row", async () => {
    const project = await projectWithAll();
    await db.sql`DELETE FROM ttl_secret_payloads WHERE secret_id = ${project.secretId}`;
    expect(await countsOf(project)).toEqual({ projects: 1, secrets: 2, payloads: 0, events: 1 });
  });

  test("an account deletes its sessions, credentials and memberships, and keeps the vault for its other members", async () => {
    const { sql } = db;
    const [id, vaultId] = [randomUUID(), "vault_00000000000000ee"];
    await insert("users", { id, name: "x", email: `${id}@example.com` });
    await insert("vaults", { id: vaultId, name: "x", personal_of: id });
    await insert("members", { vault_id: vaultId, user_id: id, role: "owner" });
    await insert("sessions", { id, token: id, user_id: id, expires_at: START });
    await insert("credentials", { id, account_id: id, provider_id: "credential", user_id: id });
    await sql`DELETE FROM users WHERE id = ${id}`;
    const [left] = await sql`
      SELECT (SELECT count(*)::int FROM sessions WHERE user_id = ${id}) AS sessions,
        (SELECT count(*)::int FROM credentials WHERE user_id = ${id}) AS credentials,
        (SELECT count(*)::int FROM members WHERE user_id = ${id}) AS members,
        (SELECT personal_of FROM vaults WHERE id = ${vaultId}) AS owner,
        (SELECT count(*)::int FROM vaults WHERE id = ${vaultId}) AS vaults`;
    expect(left).toEqual({ sessions: 0, credentials: 0, members: 0, owner: null, vaults: 1 });
  });
});

test("a secret can't be stored without its project, nor a payload without its secret", async () => {
  const missing = { code: "23503" };
  await expect(insert("ttl_secrets", { ...aSecret(), project_id: randomUUID() })).rejects.toMatchObject(
    missing,
  );
  await expect(insert("ttl_secret_payloads", aPayload(randomUUID()))).rejects.toMatchObject(missing);
});

test("a time keeps its milliseconds, which cursors and sealed payloads rely on", async () => {
  const { sql } = db;
  const createdAt = new Date("2026-02-03T04:05:06.789Z");
  const id = await insert("ttl_secrets", {
    ...aSecret(),
    created_at: createdAt,
    expires_at: new Date(createdAt.getTime() + 60_001),
  });
  const [row] = await sql`SELECT created_at, expires_at FROM ttl_secrets WHERE id = ${id}`;
  expect(row).toEqual({ created_at: createdAt, expires_at: new Date(createdAt.getTime() + 60_001) });
});
