import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { useDatabase } from "../api/test/database.ts";
import type {} from "../api/test/global-setup.ts";

const database = useDatabase();
/** One connection that changes things and one that listens. */
const db = {} as { sql: postgres.Sql; ears: postgres.Sql };
const heard: string[] = [];
let projectId: string;

const VAULT = "vault_0123456789abcdef";

beforeAll(async () => {
  db.sql = postgres(database.current.url, { max: 1 });
  db.ears = postgres(database.current.url, { max: 1 });
  await db.sql`INSERT INTO users (id, name, email) VALUES ('u1', 'Ada', 'ada@example.com')`;
  await db.sql`INSERT INTO vaults (id, name) VALUES (${VAULT}, 'Ada’s vault')`;
  await db.ears.listen("ttl_secrets_live", (payload) => heard.push(payload));
});

afterAll(() => Promise.all([db.sql.end(), db.ears.end()]));

beforeEach(async () => {
  projectId = randomUUID();
  await db.sql`INSERT INTO projects (id, vault_id, name) VALUES (${projectId}, ${VAULT}, 'Payments')`;
  await told();
});

/** What was told since it was last asked: notifications come in the order of commits, so a last one of our own ends them. */
async function told(): Promise<string[]> {
  const last = `the end ${randomUUID()}`;
  await db.sql`SELECT pg_notify('ttl_secrets_live', ${last})`;
  await expect.poll(() => heard.at(-1), { timeout: 30_000 }).toBe(last);
  return heard.splice(0).slice(0, -1);
}

/** Stores `count` pending secrets in one statement, and hears of it. */
async function pending(count: number): Promise<string[]> {
  const rows = await db.sql<{ id: string }[]>`
    INSERT INTO ttl_secrets (id, project_id, name, status, created_at, expires_at, created_by)
    SELECT gen_random_uuid(), ${projectId}, 'x', 'pending', now(), now() + interval '1 hour', 'ada@example.com'
    FROM generate_series(1, ${count}) RETURNING id`;
  await told();
  return rows.map(({ id }) => id);
}

/** Ids per notification about the project's secrets. */
const idsIn = (payloads: string[]) =>
  payloads.map((payload) => {
    const [subject, ids = ""] = payload.split(" ");
    expect(subject).toBe(`secrets:${projectId}`);
    return ids.split(",");
  });

describe("what changes in a project's secrets is told once, with ids only", () => {
  it("for a batch of the sweep in a handful of notifications that each fit", async () => {
    const ids = await pending(1_000);
    await db.sql`UPDATE ttl_secrets SET status = 'expired', ended_at = expires_at WHERE project_id = ${projectId}`;
    const payloads = await told();
    expect(payloads).toHaveLength(5);
    for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThan(8_000);
    expect(idsIn(payloads).flat().sort()).toEqual(ids.sort());
  });

  it("for a create, and not before it is committed", async () => {
    const id = randomUUID();
    await db.sql.begin(async (sql) => {
      await sql`
        INSERT INTO ttl_secrets (id, project_id, name, status, created_at, expires_at, created_by)
        VALUES (${id}, ${projectId}, 'x', 'pending', now(), now() + interval '1 hour', 'ada@example.com')`;
      await db.ears`SELECT 1`;
      expect(heard).toEqual([]);
    });
    expect(idsIn(await told())).toEqual([[id]]);
  });

  it("for a reveal once, when it is settled: a claim changes nothing that anybody may see", async () => {
    const [id = ""] = await pending(1);
    await db.sql`
      UPDATE ttl_secrets SET status = 'destroyed', destroyed_reason = 'interrupted', ended_at = now(),
        attempted_from = '192.0.2.1' WHERE id = ${id}`;
    expect(await told()).toEqual([]);
    await db.sql`
      UPDATE ttl_secrets SET status = 'viewed', destroyed_reason = NULL, ended_at = now(), attempted_from = NULL
      WHERE id = ${id}`;
    expect(idsIn(await told())).toEqual([[id]]);
  });

  it("for an attempt that the sweep closes, though nothing but its mark goes", async () => {
    const [id = ""] = await pending(1);
    await db.sql`
      UPDATE ttl_secrets SET status = 'destroyed', destroyed_reason = 'interrupted', ended_at = now(),
        attempted_from = '192.0.2.1' WHERE id = ${id}`;
    await db.sql`UPDATE ttl_secrets SET attempted_from = NULL WHERE id = ${id}`;
    expect(idsIn(await told())).toEqual([[id]]);
  });

  it("for a change by hand, but not for an UPDATE that changes nothing", async () => {
    const [id = ""] = await pending(1);
    await db.sql`UPDATE ttl_secrets SET name = name`;
    expect(await told()).toEqual([]);
    await db.sql`UPDATE ttl_secrets SET name = 'By hand' WHERE id = ${id}`;
    expect(idsIn(await told())).toEqual([[id]]);
  });

  it("with a new changed_at, whoever changes the row and whatever they say it is", async () => {
    const [id = ""] = await pending(1);
    const [row] = await db.sql<{ moved: boolean }[]>`
      WITH old AS (SELECT changed_at FROM ttl_secrets WHERE id = ${id})
      UPDATE ttl_secrets SET name = 'By hand', changed_at = '2020-01-01' WHERE id = ${id}
      RETURNING changed_at > (SELECT changed_at FROM old) AS moved`;
    expect(row?.moved).toBe(true);
  });
});

describe("what a stream's right to go on hangs on is told when it goes", () => {
  beforeAll(async () => {
    await db.sql`INSERT INTO members (vault_id, user_id, role) VALUES (${VAULT}, 'u1', 'member')`;
  });

  const insertSession = (id: string) => db.sql`
    INSERT INTO sessions (id, token, user_id, expires_at) VALUES (${id}, ${id}, 'u1', now() + interval '1 day')`;

  it("a project", async () => {
    await db.sql`DELETE FROM projects WHERE id = ${projectId}`;
    expect(await told()).toEqual([`projects ${projectId}`]);
  });

  it("a session that is deleted or cut short, but not one that is prolonged", async () => {
    await insertSession("s1");
    await insertSession("s2");
    await db.sql`UPDATE sessions SET expires_at = expires_at + interval '1 day'`;
    expect(await told()).toEqual([]);
    await db.sql`UPDATE sessions SET expires_at = now() WHERE id = 's2'`;
    await db.sql`DELETE FROM sessions WHERE id = 's1'`;
    expect(await told()).toEqual(["sessions s2", "sessions s1"]);
  });

  it("a membership that is changed, and one that goes with its user", async () => {
    await db.sql`UPDATE members SET role = 'owner' WHERE user_id = 'u1'`;
    expect(await told()).toEqual(["users u1"]);
    await insertSession("s3");
    await db.sql`DELETE FROM users WHERE id = 'u1'`;
    expect((await told()).sort()).toEqual(
      expect.arrayContaining([expect.stringContaining("s3"), "users u1"]),
    );
  });

  it("and not when there was nothing to delete", async () => {
    await db.sql`DELETE FROM projects WHERE id = ${randomUUID()}`;
    expect(await told()).toEqual([]);
  });
});
