/**
 * Query plans of the frequent statements in a large database. Checks their shape (indexes, no sorts, rows and blocks read),
 * never their time. Plans the statements that the stores send, as the driver sends them.
 */
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createTestApp, type TestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import {
  createKey,
  createProject,
  createSecret,
  createSender,
  deleteProject,
  graphql,
  reveal,
  revoke,
  type Sender,
  signUp,
} from "../../test/factories.ts";
import { fillDatabase, fillSecrets } from "../../test/large-database.ts";
import { type Plan, QueryPlanner } from "../../test/query-plan.ts";
import { deleteExpiredSessions, deleteOldCounters } from "../accounts/housekeeping-store.ts";
import { listApiKeys } from "../api-keys/api-key-store.ts";
import { endingsOf, eventsInOrder, hasEvents, listEvents } from "../audit/audit-store.ts";
import { purgeBatch } from "../audit/retention-store.ts";
import { changedSince, readSecrets, refsChangedSince, refsEndedByTime } from "../live/change-store.ts";
import { readVitals } from "../metrics/vitals-store.ts";
import { listProjects } from "../projects/project-store.ts";
import { claim, closeInterruptedBatch, findPayload, settle } from "../secrets/attempt-store.ts";
import { deleteOldKeys } from "../secrets/idempotency-store.ts";
import { currentWatermark } from "../secrets/rollback-guard-store.ts";
import { findSecrets, listSecrets, MOST_LOOKED_AT } from "../secrets/secret-list-store.ts";
import type { SecretOrder, SecretPosition } from "../secrets/secret-order.ts";
import {
  deleteEndedBatch,
  destroyPendingBatch,
  expireBatch,
  revoke as revokePending,
} from "../secrets/secret-store.ts";
import { RateLimits } from "../shared/rate-limit.ts";

// The long run is `pnpm test:torture`.
const SIZE = process.env.TORTURE === "1" ? 1_000_000 : 40_000;

/** Offset of a deep page, which must cost as much as the first: 5,000 pages of 50 in the long run. */
const DEPTH = SIZE / 4;

const PAGE = 50;

/** The sweep's own batch is 1,000. In a table as small as this one, a sequential scan for so many rows would be right. */
const BATCH = 20;

const ORDERS = ["newest_first", "name", "expires_first", "expires_last"] as const;

const INDEX_OF: Record<SecretOrder, string> = {
  newest_first: "ttl_secrets_page",
  name: "ttl_secrets_by_name",
  expires_first: "ttl_secrets_by_expiry",
  expires_last: "ttl_secrets_by_expiry",
};

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const db = useDatabase();
let planner: QueryPlanner;
/** For whole requests, which may need several connections at a time. */
let requests: QueryPlanner;
let app: TestApp;
let sender: Sender;
/** First page of the list while the project had 1,000 secrets. */
let firstPageOfFew: Plan;

const first = (order: SecretOrder, after?: SecretPosition) =>
  planner.planOf(({ orm }) =>
    listSecrets(orm, { projectId: sender.projectId, page: { first: PAGE, after }, order }),
  );

beforeAll(async () => {
  planner = new QueryPlanner(db.current.url);
  requests = new QueryPlanner(db.current.url, 4);
  app = createTestApp(requests.db);
  sender = await createSender(app);
  // Without the product's own timeouts: this takes a while in the long run.
  const sql = postgres(db.current.url, { max: 1, onnotice: () => {} });
  await fillSecrets(sql, sender.projectId, 1000);
  await sql`VACUUM (ANALYZE) ttl_secrets`;
  firstPageOfFew = await first("newest_first");
  await sql`TRUNCATE ttl_secrets CASCADE`;
  await fillDatabase(sql, sender, SIZE);
  await sql.end();
});

afterAll(() => Promise.all([planner?.close(), requests?.close()]));

/** Expects a plan that reads through this index only, and only the rows of the page. */
function expectPage(plan: Plan, index: string): void {
  expect(plan).toMatchObject({ indexes: [index], wholeTables: [], sorts: 0 });
  expect(plan.rowsRead).toBe(PAGE + 1);
}

const newestPage = { first: PAGE, after: undefined };

describe("a page of a list", () => {
  it.each(ORDERS)(
    "of secrets, %s, is read from the order's index, on the first page and 5,000 pages deep",
    async (order) => {
      const start = await first(order);
      expectPage(start, INDEX_OF[order]);
      const key = order === "name" ? "name" : order === "newest_first" ? "created_at" : "expires_at";
      const direction = order === "newest_first" || order === "expires_last" ? "DESC" : "ASC";
      const sorted = order === "name" ? 'lower(name) COLLATE "C"' : key;
      const [position] = await db.current.sql.unsafe<[SecretPosition]>(
        `SELECT ${key} AS key, id FROM ttl_secrets WHERE project_id = '${sender.projectId}'
       ORDER BY ${sorted} ${direction}, id ${direction} OFFSET ${DEPTH} LIMIT 1`,
      );
      const deep = await first(order, {
        ...position,
        key: order === "name" ? position.key : new Date(position.key),
      });
      expectPage(deep, INDEX_OF[order]);
      process.stdout.write(
        `\n  page ${DEPTH / PAGE} of ${SIZE} ${order}: ${start.buffers} blocks for the first page, ${deep.buffers} for this one\n`,
      );
    },
  );

  it("of a very large project costs as much as with 1,000 secrets", async () => {
    const { buffers } = await first("newest_first");
    process.stdout.write(
      `\n  first page: ${firstPageOfFew.buffers} blocks of 1,000 secrets, ${buffers} of ${SIZE}\n`,
    );
    expect(buffers).toBeLessThanOrEqual(firstPageOfFew.buffers * 1.2);
  });

  it.each<[string, Parameters<typeof findSecrets>[1]["filter"]]>([
    ["for pending secrets", { statuses: ["pending"] }],
    ["for a name without a match", { nameContains: "no such name" }],
  ])("of a search %s reads a bounded part of the order's index", async (_what, filter) => {
    const { projectId } = sender;
    for (const order of ORDERS) {
      const plan = await planner.planOf(({ orm }) =>
        findSecrets(orm, { projectId, page: newestPage, order, filter }),
      );
      expect(plan, order).toMatchObject({ indexes: [INDEX_OF[order]], wholeTables: [], sorts: 0 });
      expect(plan.rowsRead, order).toBeLessThanOrEqual(MOST_LOOKED_AT);
    }
  });

  it("of audit events is read from the index of the vault or of the project, on deep pages too", async () => {
    const { vaultId, projectId } = sender;
    const [position] = await db.current.sql<[{ at: Date; id: string }]>`
      SELECT at, id FROM audit_events WHERE vault_id = ${vaultId} ORDER BY at DESC, id DESC OFFSET ${DEPTH} LIMIT 1`;
    for (const after of [undefined, { ...position, at: new Date(position.at) }]) {
      const page = { first: PAGE, after };
      expectPage(
        await planner.planOf(({ orm }) => listEvents(orm, { vaultId, filter: {}, page })),
        "audit_events_vault_page",
      );
      expectPage(
        await planner.planOf(({ orm }) => listEvents(orm, { vaultId, filter: { projectId }, page })),
        "audit_events_page",
      );
    }
  });

  it("of secrets with the addresses of their attempts reads one row each of one index", async () => {
    const { vaultId } = sender;
    const rows = await db.current.sql<{ id: string }[]>`
      SELECT ttl_secret_id AS id FROM audit_events WHERE vault_id = ${vaultId} ORDER BY seq LIMIT ${PAGE}`;
    const secretIds = rows.map(({ id }) => id);
    const plan = await planner.planOf(({ sql }) => endingsOf({ sql }, { vaultId, secretIds }));
    expect(plan).toMatchObject({
      indexes: ["audit_events_endings"],
      wholeTables: [],
      sorts: 0,
      rowsRead: PAGE,
    });
  });

  it("of secrets takes one statement more with the addresses of their attempts", async () => {
    const read = async (fields: string) => {
      return requests.statementsOf(() =>
        graphql(
          app,
          `query ($id: ID!) { ttlSecrets(projectId: $id) { nodes { ${fields} } } }`,
          { id: sender.projectId },
          sender,
        ),
      );
    };
    const [without, withAddress] = [
      await read("name status"),
      await read("name attemptedFrom failureReason"),
    ];
    expect(withAddress).toHaveLength(without.length + 1);
    expect(withAddress.filter((text) => text.includes("audit_events"))).toHaveLength(1);
  });

  it("of projects or of API keys is read from the index of the vault", async () => {
    const vaultId = "vault_000000000000000000000007";
    const projects = await planner.planOf(({ orm }) =>
      listProjects(orm, { vaultId, projectIds: null }, newestPage),
    );
    expect(projects).toMatchObject({
      indexes: ["projects_page", "ttl_secrets_pending"],
      wholeTables: [],
      sorts: 0,
    });
    const keys = await planner.planOf(({ orm }) => listApiKeys(orm, vaultId, newestPage));
    expect(keys).toMatchObject({ wholeTables: [], indexes: expect.arrayContaining(["api_keys_page"]) });
  });

  it("of the audit log's export is read from the chain's index", async () => {
    const { vaultId } = sender;
    const range = { vaultId, filter: {}, afterSeq: DEPTH, lastSeq: SIZE, limit: PAGE };
    const exported = await planner.planOf(({ orm }) => eventsInOrder(orm, range));
    expect(exported).toMatchObject({
      indexes: ["audit_events_chain"],
      wholeTables: [],
      sorts: 0,
      rowsRead: PAGE,
    });
    const any = await planner.planOf(({ orm }) => hasEvents(orm, vaultId, sender.projectId));
    expect(any).toMatchObject({ wholeTables: [], rowsRead: 1 });
  });
});

/** Keys of a pending secret: in this project, or in any other than the sender's. */
async function pendingIn(projectId?: string) {
  const [pending] = await db.current.sql<[{ tokenHash: Buffer; secretId: string; vaultId: string }]>`
    SELECT y.token_hash AS "tokenHash", s.id AS "secretId", p.vault_id AS "vaultId" FROM ttl_secret_payloads y
    JOIN ttl_secrets s ON s.id = y.secret_id JOIN projects p ON p.id = s.project_id
    WHERE y.expires_at > now() + interval '1 minute' AND ${projectId === undefined} = (p.id <> ${sender.projectId})
    LIMIT 1`;
  return pending;
}

/** Expects a plan that reads a handful of rows through these indexes, whatever the size of the tables. */
function expectFew(plan: Plan, ...indexes: string[]): void {
  // A table of one row, which every process reads.
  const wholeTables = plan.wholeTables.filter((table) => table !== "database_watch");
  expect(wholeTables).toEqual([]);
  for (const index of indexes) expect(plan.indexes).toContain(index);
  expect(plan.rowsRead).toBeLessThanOrEqual(12);
}

describe("a reveal attempt", () => {
  it.each(["small", "very large"])(
    "in a %s vault finds, claims and settles its secret by keys only",
    async (size) => {
      await createSecret(app, sender);
      const { tokenHash, secretId, vaultId } = await pendingIn(
        size === "small" ? undefined : sender.projectId,
      );
      const seen = await currentWatermark(db.current);
      const attempt = { tokenHash, vaultId, kids: ["k0", "k1"], sourceIp: "203.0.113.7", seen };
      expectFew(
        await planner.planOf((own) => findPayload(own, attempt)),
        "ttl_secret_payloads_pkey",
        "ttl_secrets_pkey",
      );
      const claimed = await planner.planOf((own) => claim(own, attempt));
      expectFew(claimed, "ttl_secret_payloads_pkey", "ttl_secrets_pkey");
      expect(claimed.changes.toSorted()).toEqual(["ttl_secret_payloads", "ttl_secrets"]);
      const unknown = { ...attempt, tokenHash: Buffer.alloc(32) };
      expectFew(await planner.planOf((own) => claim(own, unknown)), "ttl_secret_payloads_pkey");

      const [open] = await db.current.sql<[{ id: string }]>`
      UPDATE ttl_secrets SET ended_at = now() WHERE id = (
        SELECT id FROM ttl_secrets WHERE attempted_from IS NOT NULL LIMIT 1) RETURNING id`;
      const outcome = { secretId: open.id, status: "viewed" as const, reason: null };
      const settled = await planner.planOf((own) => settle(own, outcome, () => {}));
      expectFew(settled, "ttl_secrets_pkey", "projects_pkey");
      expect(settled.changes.toSorted()).toEqual(["audit_events", "ttl_secrets"]);
      const revocation = { secretId, actor: "ada@example.com", sourceIp: "203.0.113.7" };
      expectFew(
        await planner.planOf((own) => revokePending(own.orm, revocation)),
        "ttl_secret_payloads_secret_id_unique",
      );
    },
  );
});

/** Expects a batch that finds its rows by these indexes and reads few others. */
function expectBatch(plan: Plan, ...indexes: string[]): void {
  expect(plan.wholeTables).toEqual([]);
  for (const index of indexes) expect(plan.indexes).toContain(index);
  expect(plan.rowsRead).toBeLessThanOrEqual(6 * BATCH);
}

describe("a batch of the sweep", () => {
  it("finds expired secrets and interrupted attempts by time", async () => {
    const expired = await planner.planOf((own) => expireBatch(own, BATCH));
    expectBatch(expired, "ttl_secret_payloads_expires_at", "ttl_secret_payloads_pkey", "ttl_secrets_pkey");
    expect(expired.sorts).toBe(0);
    expectBatch(
      await planner.planOf((own) => closeInterruptedBatch(own, BATCH)),
      "ttl_secrets_open_attempts",
      "ttl_secrets_pkey",
    );
  });

  it("finds rows past their retention by age", async () => {
    expectBatch(await planner.planOf((own) => deleteEndedBatch(own, 3650, BATCH)), "ttl_secrets_ended_at");
    expectBatch(await planner.planOf((own) => deleteExpiredSessions(own, BATCH)), "sessions_expires_at");
    expectBatch(
      await planner.planOf((own) => deleteOldCounters(own, BATCH)),
      "auth_rate_limits_last_request",
    );
  });

  it("deletes idempotency keys and counters, which have no batches, by age too", async () => {
    const keys = await planner.planOf((own) => deleteOldKeys(own));
    expect(keys).toMatchObject({ indexes: ["create_attempts_last_attempt_at"], wholeTables: [] });
    const counters = await planner.planOf((own) => new RateLimits(own, 1).sweep());
    expect(counters).toMatchObject({ indexes: ["rate_limits_expire"], wholeTables: [] });
  });

  it("of audit events is the start of a chain", async () => {
    const plans = await planner.plansOf((own) => purgeBatch(own, 3650, BATCH));
    expect(plans).toHaveLength(4);
    // One row per vault in each of these: the sweep checks whether its chain has an old start.
    const perVault = ["audit_chains", "audit_chain_starts"];
    for (const { text, wholeTables } of plans) {
      expect(
        wholeTables.filter((table) => !perVault.includes(table)),
        text,
      ).toEqual([]);
    }
  });

  it("of secrets from before a failover reads no rows when there are none", async () => {
    const plan = await planner.planOf(({ sql }) =>
      destroyPendingBatch(sql, {
        which: "foreign",
        actor: "server",
        reason: "database_restored",
        limit: BATCH,
      }),
    );
    expect(plan).toMatchObject({ wholeTables: [], rowsRead: 0 });
    expect(plan.indexes).toContain("ttl_secret_payloads_lineage");
  });
});

describe("a live stream", () => {
  it("finds missed changes, and secrets that time alone has ended, by indexes", async () => {
    const { projectId } = sender;
    const since = new Date(Date.now() - 600_000);
    const caughtUp = await planner.planOf((own) => changedSince(own, { projectId, since, limit: 200 }));
    expect(caughtUp.wholeTables).toEqual([]);
    expect(caughtUp.indexes).toEqual(["ttl_secrets_changed", "ttl_secrets_pending", "ttl_secrets_pkey"]);
    expect(caughtUp.rowsRead).toBeLessThanOrEqual(1000);
    const missed = await planner.planOf((own) => refsChangedSince(own, { projectIds: [projectId], since }));
    expect(missed).toMatchObject({ indexes: ["ttl_secrets_changed"], wholeTables: [], sorts: 0 });
    const ended = await planner.planOf((own) => refsEndedByTime(own, new Date(Date.now() - 2000)));
    expectFew(ended, "ttl_secret_payloads_expires_at", "ttl_secrets_open_attempts");
  });

  it("reads changed secrets by keys", async () => {
    const { secretId } = await pendingIn();
    const read = await planner.planOf((own) => readSecrets(own, [secretId]));
    expect(read).toMatchObject({ indexes: ["ttl_secrets_pkey"], wholeTables: [], rowsRead: 1 });
  });
});

it("the metrics read two ranges of one index", async () => {
  const plan = await planner.planOf((own) => readVitals(own));
  expect(plan).toMatchObject({ indexes: ["ttl_secret_payloads_expires_at"], wholeTables: [] });
});

/** The most frequent requests of people and programs. */
const REQUESTS: [string, (app: TestApp) => Promise<unknown>][] = [
  [
    "for the caller's projects",
    (own) =>
      graphql(own, "{ viewer { email } projects { nodes { name pendingTtlSecretCount } } }", {}, sender),
  ],
  [
    "for a project's lists",
    (own) =>
      graphql(
        own,
        `query ($id: ID!) {
          project(id: $id) { name } ttlSecrets(projectId: $id) { nodes { name status } pageInfo { hasNextPage } }
          auditEvents(projectId: $id) { nodes { action } }
        }`,
        { id: sender.projectId },
        sender,
      ),
  ],
  [
    "of an API key",
    async (own) => {
      const { headers } = await createKey(own, sender);
      return graphql(
        own,
        "query ($id: ID!) { ttlSecrets(projectId: $id) { nodes { id } } }",
        { id: sender.projectId },
        { headers },
      );
    },
  ],
  [
    "to sign up and in",
    async (own) => {
      await signUp(own, "grace@example.com");
      await own.request("/api/auth/sign-in/email", {
        method: "POST",
        headers: { "content-type": "application/json", origin: "http://localhost:4000" },
        body: JSON.stringify({ email: "grace@example.com", password: "correct horse battery" }),
      });
    },
  ],
  [
    "to create, check, reveal and revoke secrets",
    async (own) => {
      const [secret, other] = [await createSecret(own, sender), await createSecret(own, sender)];
      const { vaultId, token } = secret;
      await graphql(own, "query ($v: ID!, $t: String!) { ttlSecretAvailable(vaultId: $v, token: $t) }", {
        v: vaultId,
        t: token,
      });
      await reveal(own, secret);
      await reveal(own, secret);
      await revoke(own, sender, other.id);
    },
  ],
  [
    "to create and delete a project",
    async (own) => {
      const projectId = await createProject(own, sender);
      await createSecret(own, { ...sender, projectId });
      await deleteProject(own, { ...sender, projectId });
    },
  ],
];

describe("a request", () => {
  it.each(REQUESTS)(
    "%s scans no whole table, and changes no table twice in one statement",
    async (_what, run) => {
      const plans = await requests.plansOf(() => run(app));
      // At least one for the credential and one for the data.
      expect(plans.length).toBeGreaterThanOrEqual(2);
      // The watermark's single row; and whether any account exists, for which the first row will do.
      const isFine =
        ({ text }: Plan) =>
        (table: string) =>
          table === "database_watch" ||
          (table === "users" && /^select "id" from "users" limit \$1$/.test(text));
      for (const plan of plans) {
        const { text, wholeTables, changes } = plan;
        const isAllowed = isFine(plan);
        expect(
          wholeTables.filter((table) => !isAllowed(table)),
          text,
        ).toEqual([]);
        // Not every PostgreSQL-compatible engine accepts that.
        expect(new Set(changes).size, text).toBe(changes.length);
      }
    },
  );
});
