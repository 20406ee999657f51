import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { useDatabase } from "../api/test/database.ts";
import type {} from "../api/test/global-setup.ts";

const database = useDatabase();
/** One connection that makes changes and one that listens. */
const db = {} as { sql: postgres.Sql; listener: postgres.Sql };
const received: string[] = [];
let projectId: string;

const VAULT = "vault_0123456789abcdef";

beforeAll(async () => {
  db.sql = postgres(database.current.url, { max: 1 });
  db.listener = postgres(database.current.url, { max: 1 });
  await db.sql`INSERT INTO users (id, name, email) VALUES ('u1', 'Ada', 'ada@example.com')`;
  await db.sql`INSERT INTO vaults (id, name) VALUES (${VAULT}, 'Ada’s vault')`;
  await db.listener.listen("ttl_secrets_live", (payload) => received.push(payload));
});

afterAll(() => Promise.all([db.sql.end(), db.listener.end()]));

beforeEach(async () => {
  projectId = randomUUID();
  await db.sql`INSERT INTO projects (id, vault_id, name) VALUES (${projectId}, ${VAULT}, 'Payments')`;
  await notifications();
});

/** Payloads received since the last call. Notifications arrive in commit order, so a final one of our own ends them. */
async function notifications(): Promise<string[]> {
  const last = `the end ${randomUUID()}`;
  await db.sql`SELECT pg_notify('ttl_secrets_live', ${last})`;
  await expect.poll(() => received.at(-1), { timeout: 30_000 }).toBe(last);
  return received.splice(0).slice(0, -1);
}

/** Stores `count` pending secrets in one statement, and hlistener of it. */
async function pending(count: number): Promise<string[]> {
  const rows = await db.sql<{ id: string }[]>`
    INSERT INTO ttl_secrets (id, project_id, name, status, created_at, expires_at, created_by)
    SELECT gen_random_uuid(), ${projectId}, 'x', 'pending', now(), now() + interval '1 hour', 'ada@example.com'
    FROM generate_series(1, ${count}) RETURNING id`;
  await notifications();
  return rows.map(({ id }) => id);
}

/** Ids in each notification about the secrets of the project. */
const idsIn = (payloads: string[]) =>
  payloads.map((payload) => {
    const [subject, ids = ""] = payload.split(" ");
    expect(subject).toBe(`secrets:${projectId}`);
    return ids.split(",");
  });

describe("a change of a project's secrets sends one notification, with ids only", () => {
  it("for a batch of the sweep, split so that each fits PostgreSQL's limit of 8,000 bytes", async () => {
    const ids = await pending(1_000);
    await db.sql`UPDATE ttl_secrets SET status = 'expired', ended_at = expires_at WHERE project_id = ${projectId}`;
    const payloads = await notifications();
    expect(payloads).toHaveLength(5);
    for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThan(8_000);
    expect(idsIn(payloads).flat().sort()).toEqual(ids.sort());
  });

  it("for a create, when it commits", async () => {
    const id = randomUUID();
    await db.sql.begin(async (sql) => {
      await sql`
        INSERT INTO ttl_secrets (id, project_id, name, status, created_at, expires_at, created_by)
        VALUES (${id}, ${projectId}, 'x', 'pending', now(), now() + interval '1 hour', 'ada@example.com')`;
      await db.listener`SELECT 1`;
      expect(received).toEqual([]);
    });
    expect(idsIn(await notifications())).toEqual([[id]]);
  });

  it("for a reveal, when it is settled: the claim alone changes nothing visible", async () => {
    const [id = ""] = await pending(1);
    await db.sql`
      UPDATE ttl_secrets SET status = 'destroyed', destroyed_reason = 'interrupted', ended_at = now(),
        attempted_from = '192.0.2.1' WHERE id = ${id}`;
    expect(await notifications()).toEqual([]);
    await db.sql`
      UPDATE ttl_secrets SET status = 'viewed', destroyed_reason = NULL, ended_at = now(), attempted_from = NULL
      WHERE id = ${id}`;
    expect(idsIn(await notifications())).toEqual([[id]]);
  });

  it("for an interrupted attempt, when the sweep closes it", async () => {
    const [id = ""] = await pending(1);
    await db.sql`
      UPDATE ttl_secrets SET status = 'destroyed', destroyed_reason = 'interrupted', ended_at = now(),
        attempted_from = '192.0.2.1' WHERE id = ${id}`;
    await db.sql`UPDATE ttl_secrets SET attempted_from = NULL WHERE id = ${id}`;
    expect(idsIn(await notifications())).toEqual([[id]]);
  });

  it("for a manual change, but not for an UPDATE that changes nothing", async () => {
    const [id = ""] = await pending(1);
    await db.sql`UPDATE ttl_secrets SET name = name`;
    expect(await notifications()).toEqual([]);
    await db.sql`UPDATE ttl_secrets SET name = 'By hand' WHERE id = ${id}`;
    expect(idsIn(await notifications())).toEqual([[id]]);
  });

  it("and sets changed_at, whatever the UPDATE sets it to", async () => {
    const [id = ""] = await pending(1);
    const [row] = await db.sql<{ moved: boolean }[]>`
      WITH old AS (SELECT changed_at FROM ttl_secrets WHERE id = ${id})
      UPDATE ttl_secrets SET name = 'By hand', changed_at = '2020-01-01' WHERE id = ${id}
      RETURNING changed_at > (SELECT changed_at FROM old) AS moved`;
    expect(row?.moved).toBe(true);
  });
});

describe("the loss of access that a stream depends on sends a notification", () => {
  beforeAll(async () => {
    await db.sql`INSERT INTO members (vault_id, user_id, role) VALUES (${VAULT}, 'u1', 'member')`;
  });

  const insertSession = (id: string) => db.sql`
    INSERT INTO sessions (id, token, user_id, expires_at) VALUES (${id}, ${id}, 'u1', now() + interval '1 day')`;

  it("for a deleted project", async () => {
    await db.sql`DELETE FROM projects WHERE id = ${projectId}`;
    expect(await notifications()).toEqual([`projects ${projectId}`]);
  });

  it("for a deleted or shortened session, but not for an extended one", async () => {
    await insertSession("s1");
    await insertSession("s2");
    await db.sql`UPDATE sessions SET expires_at = expires_at + interval '1 day'`;
    expect(await notifications()).toEqual([]);
    await db.sql`UPDATE sessions SET expires_at = now() WHERE id = 's2'`;
    await db.sql`DELETE FROM sessions WHERE id = 's1'`;
    expect(await notifications()).toEqual(["sessions s2", "sessions s1"]);
  });

  it("for a changed membership, and for one deleted with its user", async () => {
    await db.sql`UPDATE members SET role = 'owner' WHERE user_id = 'u1'`;
    expect(await notifications()).toEqual(["users u1"]);
    await insertSession("s3");
    await db.sql`DELETE FROM users WHERE id = 'u1'`;
    expect((await notifications()).sort()).toEqual(
      expect.arrayContaining([expect.stringContaining("s3"), "users u1"]),
    );
  });

  it("but not when nothing was deleted", async () => {
    await db.sql`DELETE FROM projects WHERE id = ${randomUUID()}`;
    expect(await notifications()).toEqual([]);
  });
});
