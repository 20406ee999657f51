import { randomBytes, randomUUID } from "node:crypto";
import postgres from "postgres";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { createTestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import {
  createKey,
  createSecret,
  createSender,
  graphql,
  reveal,
  secretOf,
  signOut,
} from "../../test/factories.ts";
import { firstEvent, follow } from "../../test/live.ts";
import { expireSecrets } from "../jobs/sweep.ts";

const db = useDatabase();

const LONG = 30_000;

/** A sender, and a stream of their project. */
async function scene() {
  const app = createTestApp(db.current);
  const sender = await createSender(app);
  return { app, sender, stream: await follow(app, sender) };
}

/** Moves a pending secret's times into the past, so that its TTL runs out `inMs` from now. */
async function ageTo(id: string, inMs: number): Promise<void> {
  const { sql } = db.current;
  await sql`
    UPDATE ttl_secrets SET created_at = now() - interval '60 s' + ${inMs} * interval '1 ms',
      expires_at = now() + ${inMs} * interval '1 ms' WHERE id = ${id}`;
  await sql`
    UPDATE ttl_secret_payloads SET expires_at = now() + ${inMs} * interval '1 ms' WHERE secret_id = ${id}`;
}

describe("a stream delivers", () => {
  it("the creation of a secret and its outcome, with the statuses of the list", async () => {
    const { app, sender, stream } = await scene();
    const wrong = await createSecret(app, sender, { name: "wrong" });
    await stream.until(({ name, status }) => name === "wrong" && status === "PENDING");
    const right = await createSecret(app, sender, { name: "right" });
    await reveal(app, right);
    await stream.until(({ name, status }) => name === "right" && status === "VIEWED");
    await reveal(app, { ...wrong, passphrase: "a-wrong-one" });
    const event = await stream.until(({ name, status }) => name === "wrong" && status === "DESTROYED");
    expect(event.destroyedReason).toBe("WRONG_PASSPHRASE");
    const listed = await secretOf(app, sender, wrong.id);
    expect(listed).toMatchObject({ status: event.status, destroyedReason: event.destroyedReason });
  });

  it("changes made by another process", async () => {
    const { app, sender, stream } = await scene();
    const other = createTestApp(db.current);
    const { id } = await createSecret(app, sender);
    await ageTo(id, -1);
    await expireSecrets(other.services);
    await stream.until((secret) => secret.id === id && secret.status === "EXPIRED");
  });

  it("changes made in SQL by hand", async () => {
    const { app, sender, stream } = await scene();
    const { id } = await createSecret(app, sender);
    await db.current.sql`UPDATE ttl_secrets SET name = 'By hand' WHERE id = ${id}`;
    await stream.until(({ name }) => name === "By hand");
  });

  it("no final status while an attempt is in progress", async () => {
    const { app, sender, stream } = await scene();
    const { id } = await createSecret(app, sender);
    await db.current.sql`
      UPDATE ttl_secrets SET status = 'destroyed', destroyed_reason = 'interrupted', ended_at = now(),
        attempted_from = '192.0.2.1' WHERE id = ${id}`;
    const later = await createSecret(app, sender, { name: "later" });
    const statuses = new Set<string>();
    await stream.until((event) => {
      if (event.id === id) statuses.add(event.status);
      return event.id === later.id;
    });
    expect([...statuses]).toEqual(["PENDING"]);
  });

  it(
    "an unfinished attempt as destroyed once its time is over",
    async () => {
      const { app, sender, stream } = await scene();
      const { id } = await createSecret(app, sender);
      await db.current.sql`
      UPDATE ttl_secrets SET status = 'destroyed', destroyed_reason = 'interrupted',
        ended_at = now() - interval '59 s', attempted_from = '192.0.2.1' WHERE id = ${id}`;
      const event = await stream.until((event) => event.id === id && event.status !== "PENDING");
      expect(event).toMatchObject({ status: "DESTROYED", destroyedReason: "INTERRUPTED" });
    },
    LONG,
  );

  it(
    "an expired TTL without waiting for the sweep",
    async () => {
      const { app, sender, stream } = await scene();
      const { id } = await createSecret(app, sender);
      await ageTo(id, 1_500);
      await stream.until((event) => event.id === id && event.status === "EXPIRED");
    },
    LONG,
  );

  it("nothing of another project", async () => {
    const { app, sender, stream } = await scene();
    const other = await createSender(app);
    await createSecret(app, other, { name: "theirs" });
    await createSecret(app, sender, { name: "ours" });
    const first = await stream.next();
    expect(first?.data.ttlSecretChanged.name).toBe("ours");
  });
});

/** Stores a pending secret for each id, in one statement. */
async function insertPending(projectId: string, ids: string[]): Promise<void> {
  await db.current.sql`
    INSERT INTO ttl_secrets (id, project_id, name, status, created_at, expires_at, created_by)
    SELECT id::uuid, ${projectId}, 'bulk', 'pending', now(), now() + interval '1 hour', 'ada@example.com'
    FROM json_array_elements_text(${JSON.stringify(ids)}::text::json) AS id`;
}

describe("a stream misses no change", () => {
  it(
    "after a reconnect: with `since`, changes made in between come first",
    async () => {
      const { app, sender, stream } = await scene();
      const { id } = await createSecret(app, sender);
      const { changedAt } = await stream.until((secret) => secret.id === id);
      stream.close();
      const ids = Array.from({ length: 450 }, () => randomUUID());
      await insertPending(sender.projectId, ids);
      await db.current.sql`
      UPDATE ttl_secrets SET status = 'revoked', ended_at = now() WHERE id = ${id}`;

      const again = await follow(app, sender, { since: changedAt });
      const missing = new Set<string>(ids);
      await again.until((secret) => {
        missing.delete(secret.id);
        return missing.size === 0 && secret.id === id && secret.status === "REVOKED";
      });
    },
    LONG,
  );

  it("after a reconnect between the end of a TTL and the sweep", async () => {
    const app = createTestApp(db.current);
    const sender = await createSender(app);
    const { id } = await createSecret(app, sender);
    const since = (await secretOf(app, sender, id)).createdAt;
    await ageTo(id, -1);
    // Undoes the stamp of the test's own UPDATE, which counts as a change.
    await db.current.sql`ALTER TABLE ttl_secrets DISABLE TRIGGER ttl_secrets_stamp_change`;
    await db.current.sql`UPDATE ttl_secrets SET changed_at = created_at - interval '1 hour' WHERE id = ${id}`;
    await db.current.sql`ALTER TABLE ttl_secrets ENABLE TRIGGER ttl_secrets_stamp_change`;
    const stream = await follow(app, sender, { since });
    await stream.until((secret) => secret.id === id && secret.status === "EXPIRED");
  });

  it(
    "while the LISTEN connection is down",
    async () => {
      const { app, sender, stream } = await scene();
      const { id } = await createSecret(app, sender);
      await stream.until((secret) => secret.id === id);
      // On another database: connections to the current one can't be disallowed.
      const sql = postgres(inject("serverUrl"), { max: 1 });
      onTestFinished(() => sql.end());
      const name = new URL(db.current.url).pathname.slice(1);
      await sql`ALTER DATABASE ${sql(name)} ALLOW_CONNECTIONS false`;
      const [killed] = await sql`
      SELECT count(pg_terminate_backend(pid))::int AS n FROM pg_stat_activity
      WHERE datname = ${name} AND application_name = 'ttl-secrets live'`;
      expect(killed?.n).toBeGreaterThan(0);
      await db.current.sql`UPDATE ttl_secrets SET status = 'revoked', ended_at = now() WHERE id = ${id}`;
      await sql`ALTER DATABASE ${sql(name)} ALLOW_CONNECTIONS true`;
      await stream.until((secret) => secret.id === id && secret.status === "REVOKED");
    },
    LONG,
  );
});

describe("a stream ends", () => {
  it("without an error when the project is deleted", async () => {
    const { app, sender, stream } = await scene();
    await graphql(app, "mutation ($id: ID!) { deleteProject(id: $id) }", { id: sender.projectId }, sender);
    expect(await stream.end()).toBeUndefined();
  });

  it("when its member signs out, in any process", async () => {
    const { app, sender, stream } = await scene();
    await signOut(app, sender);
    expect(await stream.end()).toBe("UNAUTHENTICATED");
  });

  it("when the session is deleted in SQL by hand", async () => {
    const { sender, stream } = await scene();
    await db.current.sql`
      DELETE FROM sessions USING users WHERE users.id = user_id AND email = ${sender.email}`;
    expect(await stream.end()).toBe("UNAUTHENTICATED");
  });

  it(
    "when the session expires",
    async () => {
      const { sender, stream } = await scene();
      await db.current.sql`
        UPDATE sessions SET expires_at = now() + interval '1500 ms'
        FROM users WHERE users.id = user_id AND email = ${sender.email}`;
      expect(await stream.end()).toBe("UNAUTHENTICATED");
    },
    LONG,
  );

  it("when the account is deleted", async () => {
    const { sender, stream } = await scene();
    await db.current.sql`DELETE FROM users WHERE email = ${sender.email}`;
    expect(await stream.end()).toBe("UNAUTHENTICATED");
  });

  it(
    "when its API key is revoked, expires, loses its scope or is deleted, and not when it is used",
    async () => {
      const app = createTestApp(db.current);
      const sender = await createSender(app);
      const ends = [
        "UPDATE api_keys SET revoked_at = now(), revoked_by = 'ada@example.com' WHERE id = $1",
        "UPDATE api_keys SET expires_at = now() + interval '1 s' WHERE id = $1",
        "UPDATE api_keys SET scopes = ARRAY['ttl-secrets:create'] WHERE id = $1",
        "DELETE FROM api_keys WHERE id = $1",
      ];
      for (const end of ends) {
        const { id, key } = await createKey(app, sender, {
          scopes: ["TTL_SECRETS_READ", "TTL_SECRETS_CREATE"],
        });
        const headers = { authorization: `Bearer ${key}` };
        const stream = await follow(app, { projectId: sender.projectId, cookie: "" }, { headers });
        const secret = await createSecret(app, sender);
        await graphql(app, "{ projects { nodes { id } } }", {}, { headers });
        await stream.until((event) => event.id === secret.id);
        await db.current.sql.unsafe(end, [id]);
        expect(await stream.end(), end).toBe("UNAUTHENTICATED");
      }
    },
    LONG,
  );

  it("as not found when the member leaves the vault", async () => {
    const { sender, stream } = await scene();
    await db.current.sql`DELETE FROM members WHERE vault_id = ${sender.vaultId}`;
    expect(await stream.end()).toBe("NOT_FOUND");
  });

  it("while others of the same process continue", async () => {
    const { app, sender, stream } = await scene();
    const other = await createSender(app);
    const theirs = await follow(app, other);
    await signOut(app, sender);
    expect(await stream.end()).toBe("UNAUTHENTICATED");
    const { id } = await createSecret(app, other);
    await theirs.until((secret) => secret.id === id);
  });

  it("with a retryable error when the server stops", async () => {
    const { app, sender, stream } = await scene();
    const stopped = app.services.live.stop();
    expect(await stream.end()).toBe("OVERLOADED");
    await stopped;
    const { errors } = (await (await follow(app, sender)).next()) ?? {};
    expect(errors?.[0]?.extensions).toEqual({ code: "OVERLOADED", retryAfterSeconds: 1 });
  });
});

describe("opening a stream", () => {
  it("answers with headers that keep proxies from buffering events", async () => {
    const { stream } = await scene();
    expect(Object.fromEntries(stream.response.headers)).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    });
  });

  it(
    "is refused beyond 20 at a time, until one is closed",
    async () => {
      const authSecret = randomBytes(32).toString("base64");
      const sender = await createSender(createTestApp(db.current, { authSecret }));
      const app = createTestApp(db.current, { authSecret, rateLimitMultiplier: 1 });
      const streams = await Promise.all(Array.from({ length: 20 }, () => follow(app, sender)));
      const refused = await follow(app, sender);
      expect(refused.response.status).toBe(429);
      expect(await refused.end()).toBe("RATE_LIMITED");
      streams[0]?.close();
      await expect.poll(async () => (await follow(app, sender)).response.status, { timeout: LONG }).toBe(200);
    },
    LONG,
  );

  it.each([
    [
      "a client without a credential",
      "subscription ($p: ID!) { ttlSecretChanged(projectId: $p) { id } }",
      false,
      "UNAUTHENTICATED",
    ],
    [
      "two root fields",
      "subscription ($p: ID!) { a: ttlSecretChanged(projectId: $p) { id } b: ttlSecretChanged(projectId: $p) { id } }",
      true,
      "BAD_USER_INPUT",
    ],
    [
      "an invalid date",
      'subscription ($p: ID!) { ttlSecretChanged(projectId: $p, since: "yesterday") { id } }',
      true,
      "BAD_USER_INPUT",
    ],
    [
      "a year that SQL can't represent",
      'subscription ($p: ID!) { ttlSecretChanged(projectId: $p, since: "+012026-01-01T00:00:00Z") { id } }',
      true,
      "BAD_USER_INPUT",
    ],
  ])("is refused to %s", async (_what, query, isSignedIn, code) => {
    const app = createTestApp(db.current);
    const { cookie, projectId } = await createSender(app);
    const { errors } = await firstEvent(app, query, { p: projectId }, isSignedIn ? { cookie } : {});
    expect(errors?.[0]?.extensions.code).toBe(code);
  });

  it("is refused with 406 if the client accepts only JSON", async () => {
    const app = createTestApp(db.current);
    const { cookie, projectId } = await createSender(app);
    const response = await app.request("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json", cookie },
      body: JSON.stringify({
        query: "subscription ($p: ID!) { ttlSecretChanged(projectId: $p) { id } }",
        variables: { p: projectId },
      }),
    });
    expect(response.status).toBe(406);
  });
});
