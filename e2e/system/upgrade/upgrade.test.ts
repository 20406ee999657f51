/**
 * The previous release and this one on one database, as in a rolling upgrade, and the way back. Without the repository's
 * history the test is skipped with a message; `drizzle/expand-only.db.test.ts` still checks the migrations.
 */
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyChains } from "../../../api/src/audit/verify-chain.ts";
import { type Endpoint, PUBLIC_URL } from "../../../api/test/app.ts";
import { createDatabase } from "../../../api/test/database.ts";
import {
  type Created,
  createKey,
  createProject,
  createSecret,
  createSender,
  deleteProject,
  graphql,
  revoke,
  type Sender,
  secretOf,
} from "../../../api/test/factories.ts";
import { follow } from "../../../api/test/live.ts";
import { brokenPromises, readStored, type SecretHistory } from "../../consistency/history.ts";
import { attempt, endpointOf, WRONG } from "../../consistency/recipients.ts";
import { figures } from "../../consistency/scale.ts";
import { type ApiProcess, freshKeys, startApi } from "../../support/api-process.ts";
import { hasPreviousRelease, PREVIOUS_RELEASE, unpackPreviousRelease } from "./previous-release.ts";

const hasBefore = hasPreviousRelease();
if (!hasBefore) {
  figures(`upgrade: skipped, ${PREVIOUS_RELEASE} is not in this repository (a clone without history?)`);
}

/** Timeout for a sweep or a stream, even on a slow machine, in ms. */
const PATIENCE_MS = 120_000;

/** Concurrent hand-offs during the migration, so that its locks meet attempts at every step. */
const LANES = 8;

/** Cleanup after all tests, in reverse order. */
const undo: (() => Promise<unknown>)[] = [];

describe.skipIf(!hasBefore)("the previous release", () => {
  const settings = { ...freshKeys(), PUBLIC_URL, RATE_LIMIT_MULTIPLIER: "1000000", LOG_LEVEL: "warn" };
  /** The history of each secret, over both releases. */
  const histories: (SecretHistory & { attempts: Awaited<ReturnType<typeof attempt>>[] })[] = [];
  let sql: postgres.Sql;
  let before: ApiProcess;
  let now: ApiProcess;
  let sender: Sender;
  let startNow: () => Promise<ApiProcess>;

  beforeAll(async () => {
    const { url, remove } = await createDatabase("template1");
    undo.push(remove);
    sql = postgres(url, { max: 2 });
    undo.push(() => sql.end({ timeout: 0 }));
    const release = await unpackPreviousRelease();
    undo.push(release.remove);
    const start = async (main?: string) => {
      const api = await startApi(url, settings, main);
      undo.push(api.kill);
      return api;
    };
    before = await start(release.main);
    startNow = () => start();
    sender = await createSender(endpointOf(before));
  }, 5 * 60_000);

  afterAll(async () => {
    for (const step of undo.toReversed()) await step();
  });

  async function create(api: Endpoint, of: Sender = sender): Promise<Created> {
    const value = `value ${histories.length}`;
    const secret = await createSecret(api, of, { content: { value } });
    histories.push({ id: secret.id, value, attempts: [] });
    return secret;
  }

  async function open(api: Endpoint, secret: Created, passphrase = secret.passphrase): Promise<string> {
    const result = await attempt(api, { ...secret, passphrase });
    histories.find(({ id }) => id === secret.id)?.attempts.push(result);
    return result.outcome;
  }

  const migrations = async () =>
    (await sql`SELECT count(*)::int AS count FROM drizzle.__drizzle_migrations`)[0]?.count;

  it("keeps serving while this one migrates the database", async () => {
    const there = endpointOf(before);
    const pending = await create(there);
    const count = await migrations();
    let isUp = false;
    const starting = startNow().finally(() => {
      isUp = true;
    });
    let handOffs = 0;
    const handOff = async () => {
      for (; !isUp; handOffs++) expect(await open(there, await create(there))).toBe("revealed");
    };
    await Promise.all(Array.from({ length: LANES }, handOff));
    now = await starting;
    expect((await there.request("/readyz")).status).toBe(200);
    expect(await open(endpointOf(now), pending)).toBe("revealed");
    figures(
      `upgrade: from ${PREVIOUS_RELEASE} with ${count} migrations to ${await migrations()}; ${handOffs} hand-offs during the migration`,
    );
  });

  describe.each<[string, () => [Endpoint, Endpoint]]>([
    ["the previous release and the current one", () => [endpointOf(before), endpointOf(now)]],
    ["the current release and the previous one", () => [endpointOf(now), endpointOf(before)]],
  ])("between %s", (_releases, sides) => {
    it("a secret opens once", async () => {
      const [here, there] = sides();
      const secret = await create(here);
      expect(await open(there, secret)).toBe("revealed");
      expect(await open(here, secret)).toBe("not-available");
      expect(await secretOf(here, sender, secret.id)).toMatchObject({ status: "VIEWED" });
    });

    it("a wrong passphrase destroys a secret", async () => {
      const [here, there] = sides();
      const secret = await create(here);
      expect(await open(there, secret, WRONG)).toBe("destroyed");
      expect(await open(here, secret)).toBe("not-available");
      expect(await secretOf(here, sender, secret.id)).toMatchObject({ destroyedReason: "WRONG_PASSPHRASE" });
    });

    it("a revoked secret, or one of a deleted project, is not available", async () => {
      const [here, there] = sides();
      const secret = await create(here);
      await revoke(there, sender, secret.id);
      expect(await open(here, secret)).toBe("not-available");
      const projectId = await createProject(here, sender);
      const inIt = await create(here, { ...sender, projectId });
      await deleteProject(there, { ...sender, projectId });
      expect(await open(here, inIt)).toBe("not-available");
    });

    it("accounts and API keys are valid", async () => {
      const [here, there] = sides();
      const other = await createSender(here);
      const { headers } = await createKey(here, other);
      const { data } = await graphql(there, "{ viewer { email } }", {}, other);
      expect(data.viewer.email).toBe(other.email);
      const answer = await graphql(
        there,
        `query ($id: ID!) { ttlSecrets(projectId: $id) { nodes { id } } }`,
        { id: other.projectId },
        { headers },
      );
      expect(answer).toEqual({ data: { ttlSecrets: { nodes: [] } } });
    });

    it("a stream receives changes", async () => {
      const [here, there] = sides();
      const stream = await follow(there, sender);
      const secret = await create(here);
      await stream.until(({ id, status }) => id === secret.id && status === "PENDING");
      await open(here, secret);
      await stream.until(({ id, status }) => id === secret.id && status === "VIEWED");
      stream.close();
    });
  });

  it("sweeps together with this one: every secret ends once, with at most one event", async () => {
    const secrets: Created[] = [];
    for (let n = 0; n < 4; n++) secrets.push(await create(endpointOf(n % 2 ? before : now)));
    const [first, second, ...cutOff] = secrets.map(({ id }) => id);
    await sql`
      WITH past AS (
        UPDATE ttl_secrets SET created_at = now() - (expires_at - created_at), expires_at = now()
        WHERE id IN ${sql([first ?? "", second ?? ""])} RETURNING id, expires_at)
      UPDATE ttl_secret_payloads y SET expires_at = past.expires_at FROM past WHERE past.id = y.secret_id`;
    // The state that a claim leaves if its process died a while ago.
    await sql`
      WITH gone AS (DELETE FROM ttl_secret_payloads WHERE secret_id IN ${sql(cutOff)} RETURNING secret_id)
      UPDATE ttl_secrets SET status = 'destroyed', destroyed_reason = 'interrupted', attempted_from = '192.0.2.1',
        ended_at = now() - interval '61 s'
      WHERE id IN (SELECT secret_id FROM gone)`;
    await expect
      .poll(
        () => sql`
          SELECT 1 FROM ttl_secrets
          WHERE id IN ${sql(secrets.map(({ id }) => id))} AND (status = 'pending' OR attempted_from IS NOT NULL)`,
        { timeout: PATIENCE_MS },
      )
      .toHaveLength(0);
    for (const secret of secrets) {
      for (const api of [before, now]) expect(await open(endpointOf(api), secret)).toBe("not-available");
    }
  });

  it("can be restored: it starts on the new tables and opens secrets of this one", async () => {
    const made = await create(endpointOf(now));
    await now.stop();
    await before.stop();
    await before.start();
    const there = endpointOf(before);
    expect((await there.request("/readyz")).status).toBe(200);
    expect(await open(there, made)).toBe("revealed");
    expect(await open(there, await create(there))).toBe("revealed");
    // Forward again.
    const left = await create(there);
    await now.start();
    expect(await open(endpointOf(now), left)).toBe("revealed");
  });

  it("has kept every promise together with this one, in one audit chain", async () => {
    const stored = await readStored(
      sql,
      histories.map(({ id }) => id),
    );
    expect(brokenPromises(histories, stored, { settled: true })).toEqual([]);
    const problems = [];
    let events = 0;
    for await (const report of verifyChains({ sql }, {})) {
      problems.push(...report.problems);
      events += report.length;
    }
    expect(problems).toEqual([]);
    expect(events).toBeGreaterThan(histories.length);
  });
});
