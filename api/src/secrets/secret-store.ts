/**
 * All SQL about TTL secrets. The order of locks is the same everywhere: payload first, then secret, then the chains of
 * audit events by vault. So a reveal, a revoke, a sweep and a project's deletion can wait for one another but never in a
 * circle.
 */
import { projects, ttlSecretPayloads, ttlSecrets } from "@ttl-secrets/drizzle/schema";
import { and, eq, gt, inArray, type SQL, sql } from "drizzle-orm";
import type { TransactionSql } from "postgres";
import type { AuditAction } from "../audit/audit-event.ts";
import { insertEvents, insertEventsOf, type NewEvent } from "../audit/audit-store.ts";
import type { Sealed } from "../crypto/aead.ts";
import type { Argon2Parameters } from "../crypto/argon2.ts";
import type { Database, Queryable } from "../db/client.ts";
import type { PageRequest } from "../shared/paging.ts";
import { isTrusted, type Watermark, watermarkColumns } from "./rollback-guard-store.ts";
import { type DestroyedReason, MAX_TTL_SECONDS, type SecretStatus, type TtlSecret } from "./secret.ts";
import type { SecretOrder, SecretPosition } from "./secret-order.ts";

/**
 * How long an attempt may take from claim to settlement. None lasts this long: statements time out after 15 s and
 * the hash takes a fraction of one. After it, the attempt counts as interrupted and can't be settled any more.
 */
export const ATTEMPT_SECONDS = 60;

/**
 * An attempt that is under way. It reads as pending, because only what is final may read as final; should its
 * process die, the row already says what it then comes to.
 */
const isOpen = sql`(${ttlSecrets.attemptedFrom} IS NOT NULL
  AND ${ttlSecrets.endedAt} > now() - make_interval(secs => ${ATTEMPT_SECONDS}))`;

/** A pending secret past its TTL reads as expired at once, whether or not the sweep has been by. */
export const isOverdue = sql`(${ttlSecrets.status} = 'pending' AND ${ttlSecrets.expiresAt} <= now())`;

/** The source of what no request caused: the unspecified address. */
const NO_ADDRESS = "0.0.0.0";

/** The status that is true now. */
const statusNow = sql<SecretStatus>`
    CASE WHEN ${isOpen} THEN 'pending' WHEN ${isOverdue} THEN 'expired' ELSE ${ttlSecrets.status} END`;

/** A secret as everybody is to read it, in lists and in streams alike. */
export const secretFields = {
  id: ttlSecrets.id,
  name: ttlSecrets.name,
  status: statusNow,
  destroyedReason: sql<DestroyedReason | null>`CASE WHEN NOT ${isOpen} THEN ${ttlSecrets.destroyedReason} END`,
  createdAt: ttlSecrets.createdAt,
  expiresAt: ttlSecrets.expiresAt,
  endedAt: sql<Date | null>`
    CASE WHEN ${isOpen} THEN NULL WHEN ${isOverdue} THEN ${ttlSecrets.expiresAt} ELSE ${ttlSecrets.endedAt} END
  `.mapWith(ttlSecrets.endedAt),
  createdBy: ttlSecrets.createdBy,
  changedAt: sql<Date>`
    CASE WHEN ${isOpen} THEN ${ttlSecrets.createdAt} WHEN ${isOverdue} THEN ${ttlSecrets.expiresAt}
      ELSE ${ttlSecrets.changedAt} END`.mapWith(ttlSecrets.changedAt),
};

/** A new secret: its row that may live on and its payload that must die. */
interface NewSecret {
  secret: Pick<TtlSecret, "id" | "name" | "createdAt" | "expiresAt" | "createdBy"> & { projectId: string };
  sealed: Sealed;
  tokenHash: Buffer;
  verifier: Buffer;
  salt: Buffer;
  argon2: Readonly<Argon2Parameters>;
}

/** What a claim took out of the database: everything that is needed, with the passphrase, to open the secret. */
export interface Claim {
  secretId: string;
  projectId: string;
  vaultId: string;
  expiresAtMs: number;
  sealed: Sealed;
  verifier: Buffer;
  salt: Buffer;
  argon2: Argon2Parameters;
}

/**
 * A claim's outcome: the payload; nothing to claim; a secret sealed with a key this server was not given; or a database
 * that may have gone back in time, of which nothing may be claimed before `RollbackGuard.check`.
 */
export type ClaimResult =
  | { kind: "claimed"; claim: Claim }
  | { kind: "not-available" }
  | { kind: "key-missing" }
  | { kind: "rewound" };

/**
 * Keeps the project from being deleted until the transaction ends, and reads the database's clock, which alone
 * decides when a secret expires.
 *
 * @returns the time in whole ms, or undefined when the project is gone.
 */
export async function lockProject(
  tx: Queryable,
  { projectId, vaultId }: { projectId: string; vaultId: string },
): Promise<Date | undefined> {
  const [row] = await tx
    .select({ nowMs: sql<number>`(extract(epoch FROM now()::timestamptz(3)) * 1000)::float8` })
    .from(projects)
    .where(and(eq(projects.id, projectId), eq(projects.vaultId, vaultId)))
    .for("key share");
  return row && new Date(row.nowMs);
}

/** Stores a pending secret with its payload and its audit event, by one statement. */
export async function insertSecret(
  tx: Queryable,
  { secret, sealed, argon2, ...payload }: NewSecret,
  event: Pick<NewEvent, "vaultId" | "actor" | "sourceIp">,
): Promise<void> {
  const { id, projectId, name } = secret;
  const stored = tx.$with("secret").as(
    tx
      .insert(ttlSecrets)
      .values({ ...secret, status: "pending" })
      .returning({ id: ttlSecrets.id }),
  );
  const itsPayload = tx.$with("payload").as(
    tx
      .insert(ttlSecretPayloads)
      .values({
        ...payload,
        ...sealed,
        secretId: id,
        expiresAt: secret.expiresAt,
        argon2MemoryKib: argon2.memoryKib,
        argon2TimeCost: argon2.timeCost,
        argon2Parallelism: argon2.parallelism,
      })
      .returning({ secretId: ttlSecretPayloads.secretId }),
  );
  await insertEvents(tx.with(stored, itsPayload), [
    { ...event, projectId, action: "temporary_secret_create", ttlSecretId: id, ttlSecretName: name },
  ]);
}

/**
 * Whether the project `p` of a payload that was found by its token is this vault's. As an expression, which no index
 * answers: where most vaults are small, PostgreSQL may else begin with the vault, and read all secrets of a large one.
 */
const isOfVault = (sql: Database["sql"], vaultId: string) => sql`p.vault_id || '' = ${vaultId}`;

/** What may be said of a pending payload to whoever has its link, and the key that it is sealed with. */
interface PendingPayload {
  expiresAt: Date;
  /** By the database's clock, rounded down. */
  secondsLeft: number;
  kid: string;
}

/** The pending payload behind this token, if there is one. Reads only. */
export async function findPayload(
  db: Database,
  { tokenHash, vaultId }: { tokenHash: Buffer; vaultId: string },
): Promise<PendingPayload | undefined> {
  const [row] = await db.sql<[{ expiresAtMs: number; secondsLeft: number; kid: string }?]>`
    SELECT (extract(epoch FROM y.expires_at) * 1000)::float8 AS "expiresAtMs", y.kid,
      floor(extract(epoch FROM y.expires_at - now()))::int AS "secondsLeft"
    FROM ttl_secret_payloads y
    JOIN ttl_secrets s ON s.id = y.secret_id JOIN projects p ON p.id = s.project_id
    WHERE y.token_hash = ${tokenHash} AND y.expires_at > now() AND ${isOfVault(db.sql, vaultId)}
      AND y.lineage = database_lineage()`;
  return row && { expiresAt: new Date(row.expiresAtMs), secondsLeft: row.secondsLeft, kid: row.kid };
}

/**
 * The claim: destroys first and asks after. One statement in autocommit, so that of any number of simultaneous
 * attempts one deletes the row and the others find nothing, and so that the destruction is committed before a
 * single byte is compared. Never retried: an error here may have come after the commit.
 *
 * Until `settle` says otherwise, the secret is destroyed by an interrupted attempt, which is what it stays if this
 * process dies now. `keyMissing` tells a key missing on this server from a secret missing altogether.
 *
 * The same statement sees to it that nothing is claimed a second time from an old copy of the database, so that there is
 * no moment between a failover or a restore and a look at it: the payload must have been stored in this very line of
 * the server's history (`lineage`), and the database must not be younger than what this process has seen of it.
 */
export async function claim(
  db: Database,
  attempt: {
    tokenHash: Buffer;
    vaultId: string;
    kids: string[];
    sourceIp: string;
    seen?: Watermark | undefined;
  },
): Promise<ClaimResult> {
  const { tokenHash, vaultId, sourceIp, seen } = attempt;
  // A kid has no comma in it: the configuration sees to that.
  const ring = attempt.kids.join(",");
  const [row] = await db.sql<[ClaimedRow & { keyMissing: boolean; trusted: boolean | null }]>`
    WITH watch AS MATERIALIZED (
      SELECT ${isTrusted(db.sql, seen)} AS trusted FROM database_watch
    ), claimed AS (
      DELETE FROM ttl_secret_payloads y USING ttl_secrets s, projects p
      WHERE y.token_hash = ${tokenHash} AND y.expires_at > now() AND y.kid = ANY(string_to_array(${ring}, ','))
        AND s.id = y.secret_id AND p.id = s.project_id AND ${isOfVault(db.sql, vaultId)}
        AND y.lineage = database_lineage() AND (SELECT trusted FROM watch)
      RETURNING y.*, p.id AS project_id, p.vault_id
    ), marked AS (
      UPDATE ttl_secrets
      SET status = 'destroyed', destroyed_reason = 'interrupted', ended_at = now(), attempted_from = ${sourceIp}
      WHERE id IN (SELECT secret_id FROM claimed)
    )
    SELECT secret_id AS "secretId", project_id AS "projectId", vault_id AS "vaultId",
      (extract(epoch FROM expires_at) * 1000)::float8 AS "expiresAtMs",
      version, kid, nonce, ciphertext, verifier, salt, argon2_memory_kib AS "memoryKib",
      argon2_time_cost AS "timeCost", argon2_parallelism AS "parallelism",
      EXISTS (
        SELECT 1 FROM ttl_secret_payloads y
        JOIN ttl_secrets s ON s.id = y.secret_id JOIN projects p ON p.id = s.project_id
        WHERE y.token_hash = ${tokenHash} AND y.expires_at > now() AND y.kid <> ALL(string_to_array(${ring}, ','))
          AND ${isOfVault(db.sql, vaultId)} AND y.lineage = database_lineage()
      ) AS "keyMissing",
      (SELECT trusted FROM watch)
    FROM (SELECT) AS always_one_row LEFT JOIN claimed ON true`;
  if (!row.trusted) return { kind: "rewound" };
  if (row.secretId === null) return { kind: row.keyMissing ? "key-missing" : "not-available" };
  const { secretId, projectId, vaultId: vault, expiresAtMs, verifier, salt } = row;
  const { version, kid, nonce, ciphertext, memoryKib, timeCost, parallelism } = row;
  return {
    kind: "claimed",
    claim: {
      secretId,
      projectId,
      vaultId: vault,
      expiresAtMs,
      sealed: { version, kid, nonce, ciphertext },
      verifier,
      salt,
      argon2: { memoryKib, timeCost, parallelism },
    },
  };
}

interface ClaimedRow extends Omit<Claim, "secretId" | "sealed" | "argon2">, Sealed, Argon2Parameters {
  secretId: string | null;
}

/**
 * Settles a claimed attempt: its true status and its audit event, in one statement, hence in one transaction.
 *
 * @param saw is told where the database stands, which is past the claim, before the answer is given.
 * @returns whether both were stored. False when there is no open attempt any more: the project was deleted, or the
 *   attempt took so long that it counts as interrupted.
 */
export async function settle(
  db: Database,
  outcome: { secretId: string; status: "viewed" | "destroyed"; reason: DestroyedReason | null },
  saw: (mark: Watermark) => void = () => {},
): Promise<boolean> {
  const { secretId, status, reason } = outcome;
  const action: AuditAction = status === "viewed" ? "temporary_secret_viewed" : "temporary_secret_failed";
  const [mark] = await db.sql<Watermark[]>`
    WITH open_attempt AS (
      SELECT id, attempted_from AS source_ip FROM ttl_secrets
      WHERE id = ${secretId} AND attempted_from IS NOT NULL
        AND ended_at > now() - make_interval(secs => ${ATTEMPT_SECONDS}) FOR UPDATE
    ), settled AS (
      UPDATE ttl_secrets s
      SET status = ${status}, destroyed_reason = ${reason}, ended_at = now(), attempted_from = NULL
      FROM open_attempt o WHERE s.id = o.id
      RETURNING s.id, s.project_id, s.name, o.source_ip
    )
    , audited AS (${insertEventsOf(db.sql, "settled", { action, actor: null })})
    SELECT ${watermarkColumns(db.sql)} FROM database_watch, audited`;
  if (mark) saw(mark);
  return mark !== undefined;
}

/**
 * Takes a pending secret back: its payload goes, its status and audit event are stored, all in one statement. A
 * secret that has ended, or whose TTL is over, is left as it is.
 */
export async function revoke(
  db: Database,
  { secretId, actor, sourceIp }: { secretId: string; actor: string; sourceIp: string },
): Promise<void> {
  await db.sql`
    WITH gone AS (
      DELETE FROM ttl_secret_payloads WHERE secret_id = ${secretId} AND expires_at > now() RETURNING secret_id
    ), revoked AS (
      UPDATE ttl_secrets SET status = 'revoked', ended_at = now()
      WHERE id IN (SELECT secret_id FROM gone) AND status = 'pending'
      RETURNING id, project_id, name, ${sourceIp}::inet AS source_ip
    )
    ${insertEventsOf(db.sql, "revoked", { action: "temporary_secret_revoked", actor })}`;
}

/**
 * The same as part of a transaction.
 *
 * @returns whether the secret was pending, and so was revoked.
 */
export async function revokeInTransaction(
  tx: Queryable,
  revocation: { secretId: string; vaultId: string; projectId: string; actor: string; sourceIp: string },
): Promise<boolean> {
  const { secretId, ...event } = revocation;
  const [gone] = await tx
    .delete(ttlSecretPayloads)
    .where(and(eq(ttlSecretPayloads.secretId, secretId), gt(ttlSecretPayloads.expiresAt, sql`now()`)))
    .returning({ secretId: ttlSecretPayloads.secretId });
  if (!gone) return false;
  const [revoked] = await tx
    .update(ttlSecrets)
    .set({ status: "revoked", endedAt: sql`now()` })
    .where(and(eq(ttlSecrets.id, secretId), eq(ttlSecrets.status, "pending")))
    .returning({ ttlSecretId: ttlSecrets.id, ttlSecretName: ttlSecrets.name });
  if (!revoked) throw new Error("a payload without a pending secret");
  await insertEvents(tx, [{ ...event, ...revoked, action: "temporary_secret_revoked" }]);
  return true;
}

/** One batch of the sweep: removes payloads past their TTL and marks their secrets. Returns how many it removed. */
export async function expireBatch(db: Database, limit: number): Promise<number> {
  const [row] = await db.sql<[{ removed: number }]>`
    WITH due AS MATERIALIZED (
      SELECT token_hash FROM ttl_secret_payloads WHERE expires_at <= now()
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), gone AS (
      DELETE FROM ttl_secret_payloads WHERE token_hash IN (SELECT token_hash FROM due) RETURNING secret_id
    ), expired AS (
      UPDATE ttl_secrets SET status = 'expired', ended_at = expires_at
      WHERE id IN (SELECT secret_id FROM gone) AND status = 'pending'
    )
    SELECT count(*)::int AS removed FROM gone`;
  return row.removed;
}

/**
 * One batch of the sweep: closes attempts whose time is over and that were never settled, because their process
 * died. They stay destroyed and get the audit event they are owed. Returns how many it closed.
 */
export async function closeInterruptedBatch(db: Database, limit: number): Promise<number> {
  const closed = await db.sql`
    WITH open_attempts AS MATERIALIZED (
      SELECT id, attempted_from AS source_ip FROM ttl_secrets
      WHERE attempted_from IS NOT NULL AND ended_at <= now() - make_interval(secs => ${ATTEMPT_SECONDS})
      LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), closed AS (
      UPDATE ttl_secrets s SET attempted_from = NULL FROM open_attempts o WHERE s.id = o.id
      RETURNING s.id, s.project_id, s.name, o.source_ip
    )
    ${insertEventsOf(db.sql, "closed", { action: "temporary_secret_failed", actor: null })}`;
  return closed.length;
}

/** Removes at most `limit` secrets that ended over `days` days ago. Returns how many. */
export async function forgetEndedBatch(db: Database, days: number, limit: number): Promise<number> {
  const { count } = await db.sql`
    DELETE FROM ttl_secrets WHERE id IN (
      SELECT id FROM ttl_secrets
      WHERE ended_at < now() - make_interval(days => ${days}) AND attempted_from IS NULL
      ORDER BY ended_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
  return count;
}

/**
 * Keeps every payload as it is until the transaction ends. For a transaction of several batches: while it holds the
 * audit chains of one batch, nothing of the next may be held by somebody who waits for these chains.
 */
export async function lockPayloads(tx: TransactionSql): Promise<void> {
  await tx`LOCK TABLE ttl_secret_payloads IN EXCLUSIVE MODE`;
}

/**
 * Destroys pending secrets that an attempt may have been made at in a history that this database knows nothing of: all
 * of them, or the `strays`, which were stored in another line of it. Each becomes destroyed, interrupted, with its audit
 * event, in one statement. Batches go by vault, so that several in one transaction take the audit chains in order.
 * Returns how many it destroyed.
 */
export async function destroyPendingBatch(
  sql: Database["sql"] | TransactionSql,
  { which, actor, limit }: { which: "all" | "strays"; actor: string; limit: number },
): Promise<number> {
  // Two ranges of an index, which `<>` is not.
  const isChosen =
    which === "all"
      ? sql`true`
      : sql`(y.lineage COLLATE "C" < database_lineage() OR y.lineage COLLATE "C" > database_lineage())`;
  const destroyed = await sql`
    WITH chosen AS MATERIALIZED (
      SELECT y.token_hash FROM ttl_secret_payloads y
      JOIN ttl_secrets s ON s.id = y.secret_id JOIN projects p ON p.id = s.project_id
      WHERE y.expires_at > now() AND ${isChosen}
      ORDER BY p.vault_id LIMIT ${limit} FOR UPDATE OF y
    ), gone AS (
      DELETE FROM ttl_secret_payloads WHERE token_hash IN (SELECT token_hash FROM chosen) RETURNING secret_id
    ), destroyed AS (
      UPDATE ttl_secrets SET status = 'destroyed', destroyed_reason = 'interrupted', ended_at = now()
      WHERE id IN (SELECT secret_id FROM gone) AND status = 'pending'
      RETURNING id, project_id, name, ${NO_ADDRESS}::inet AS source_ip
    )
    ${insertEventsOf(sql, "destroyed", { action: "temporary_secret_failed", actor })}`;
  return destroyed.length;
}

// Stryker disable all: lists are not on the path of an attempt.

/** What each order compares, by an index of its own, and in which direction. */
const ORDERS: Record<SecretOrder, { key: SQL; descends: boolean }> = {
  newest_first: { key: sql`${ttlSecrets.createdAt}`, descends: true },
  name: { key: sql`lower(${ttlSecrets.name}) COLLATE "C"`, descends: false },
  expires_first: { key: sql`${ttlSecrets.expiresAt}`, descends: false },
  expires_last: { key: sql`${ttlSecrets.expiresAt}`, descends: true },
};

/** A row comparison, which PostgreSQL answers from an index on (…, key, id); none for the first page. */
function isAfter(order: SecretOrder, position: SecretPosition | undefined): SQL | undefined {
  if (!position) return undefined;
  const { key, descends } = ORDERS[order];
  const from =
    position.key instanceof Date
      ? sql`${position.key.toISOString()}::timestamptz`
      : sql`lower(${position.key}::text) COLLATE "C"`;
  return sql`(${key}, ${ttlSecrets.id}) ${sql.raw(descends ? "<" : ">")} (${from}, ${position.id}::uuid)`;
}

/** One page of a project's secrets, and one row more when there is a next page. */
export function listSecrets(
  db: Queryable,
  request: { projectId: string; page: PageRequest<SecretPosition>; order: SecretOrder },
): Promise<TtlSecret[]> {
  const { projectId, page, order } = request;
  const { key, descends } = ORDERS[order];
  const direction = sql.raw(descends ? "DESC" : "ASC");
  return db
    .select(secretFields)
    .from(ttlSecrets)
    .where(and(eq(ttlSecrets.projectId, projectId), isAfter(order, page.after)))
    .orderBy(sql`${key} ${direction}, ${ttlSecrets.id} ${direction}`)
    .limit(page.first + 1);
}

/**
 * How many secrets the search for one page looks at, at most. So a page costs the same in a project with a million of
 * them, whatever is looked for, and needs no index over parts of names, which not every PostgreSQL offers. A search that
 * finds nothing took 16 to 18 ms in the median, a status that nothing has 11 to 13 ms (60,000 secrets, 2 busy cores).
 */
export const MOST_LOOKED_AT = 10_000;

/** The plain columns as expressions: Drizzle takes a column from a table only, and not from what is named like one. */
const plainFields = {
  id: sql<string>`${ttlSecrets.id}`,
  name: sql<string>`${ttlSecrets.name}`,
  createdAt: sql<Date>`${ttlSecrets.createdAt}`.mapWith(ttlSecrets.createdAt),
  expiresAt: sql<Date>`${ttlSecrets.expiresAt}`.mapWith(ttlSecrets.expiresAt),
  createdBy: sql<string>`${ttlSecrets.createdBy}`,
};

/**
 * The secrets on a page that meet a filter, and one row more when that is known to be on a later page. `end` is set
 * when the search came to its limit: it is the last one looked at.
 */
export async function findSecrets(
  db: Queryable,
  request: {
    projectId: string;
    page: PageRequest<SecretPosition>;
    order: SecretOrder;
    filter: { statuses?: SecretStatus[] | undefined; nameContains?: string | undefined };
  },
): Promise<{ rows: TtlSecret[]; end: TtlSecret | undefined }> {
  const { projectId, page, order, filter } = request;
  const { key, descends } = ORDERS[order];
  const direction = sql.raw(descends ? "DESC" : "ASC");
  const { statuses, nameContains } = filter;
  const matches = and(
    statuses && inArray(statusNow, statuses),
    // Position, not LIKE: what is looked for is text and has no wildcards.
    nameContains === undefined
      ? undefined
      : sql`position(lower(${nameContains}::text) IN lower(${ttlSecrets.name})) > 0`,
  );
  const where = and(
    eq(ttlSecrets.projectId, projectId),
    isAfter(order, page.after),
    statuses?.every((status) => status === "pending") ? mayBePending(order) : undefined,
  );
  const sorted = sql`sort_key ${direction}, ${sql.identifier("id")} ${direction}`;
  // Named like the table, so that the fields and conditions written for it hold here. Every level says the same order:
  // from one that says none, PostgreSQL doesn't learn that the rows come sorted, and sorts them again.
  const lookedAt = sql`(
    SELECT *, row_number() OVER (ORDER BY ${sorted}) AS place FROM (
      SELECT *, ${key} AS sort_key FROM ${ttlSecrets} WHERE ${where}
      ORDER BY ${key} ${direction}, ${ttlSecrets.id} ${direction} LIMIT ${MOST_LOOKED_AT}
    ) AS in_order
  ) AS ${ttlSecrets}`;
  const isLast = sql<boolean>`place = ${MOST_LOOKED_AT}`;
  const found = await db
    .select({ ...secretFields, ...plainFields, isMatch: sql<boolean>`${matches}`, isLast })
    .from(lookedAt)
    .where(sql`(${matches}) OR ${isLast}`)
    .orderBy(sorted)
    .limit(page.first + 1);
  const plain = found.map(({ isMatch: _isMatch, isLast: _isLast, ...secret }) => secret);
  return {
    rows: plain.filter((_secret, index) => found[index]?.isMatch),
    end: plain.find((_secret, index) => found[index]?.isLast),
  };
}

/**
 * A bound to the order's own index, for whoever looks for what is pending: nothing older than the longest TTL is, and
 * nothing past its expiry, apart from an attempt that is under way.
 */
function mayBePending(order: SecretOrder): SQL | undefined {
  if (order === "name") return undefined;
  const longest = order === "newest_first" ? MAX_TTL_SECONDS : 0;
  return sql`${ORDERS[order].key} > now() - make_interval(secs => ${longest + ATTEMPT_SECONDS})`;
}

// Stryker restore all

/** The secret, if it is in a project of this vault. `secretId` must be a UUID. */
export async function findSecret(
  db: Queryable,
  { secretId, vaultId }: { secretId: string; vaultId: string },
): Promise<TtlSecret | undefined> {
  const [row] = await db
    .select(secretFields)
    .from(ttlSecrets)
    .innerJoin(projects, eq(projects.id, ttlSecrets.projectId))
    .where(and(eq(ttlSecrets.id, secretId), eq(projects.vaultId, vaultId)));
  return row;
}
