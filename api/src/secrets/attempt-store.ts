/**
 * The SQL of a recipient's attempt: look, claim, settle, and close what a dead process left open. Locks are taken in the
 * order that `secret-store.ts` states.
 */
import type { Occurrence } from "../audit/audit-event.ts";
import { insertEventsOf } from "../audit/audit-store.ts";
import type { Sealed } from "../crypto/aead.ts";
import type { Argon2Parameters } from "../crypto/argon2.ts";
import type { Database } from "../db/client.ts";
import { isDurable } from "../db/durability.ts";
import { isTrusted, type Watermark, watermarkColumns } from "./rollback-guard-store.ts";
import type { DestroyedReason } from "./secret.ts";
import { ATTEMPT_SECONDS } from "./secret-status-store.ts";

/** The claimed payload: everything that, with the passphrase, opens the secret. */
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
 * Outcome of a claim: the payload; nothing to claim; a secret sealed with a key that this server lacks; a database that may
 * have gone back in time, from which nothing may be claimed before `RollbackGuard.check`; or one whose commits a crash may
 * undo. Only `claimed` has changed anything.
 */
export type ClaimResult =
  | { kind: "claimed"; claim: Claim }
  | { kind: "not-available" }
  | { kind: "key-missing" }
  | { kind: "rewound" }
  | { kind: "not-durable" };

/**
 * The condition that the project `p` of a payload belongs to the vault. It is an expression that no index answers, because
 * PostgreSQL could otherwise start from the vault and read all secrets of a large one.
 */
const isOfVault = (sql: Database["sql"], vaultId: string) => sql`p.vault_id || '' = ${vaultId}`;

/** What the holder of a link may learn of its payload, and the key that seals it. */
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
 * The claim: destroys first, verifies later. One statement in autocommit, so that of any number of simultaneous attempts
 * one deletes the row and the others find nothing, and the destruction is committed before a single byte is compared.
 * Never retry it: an error may arrive after the commit.
 *
 * Until `settle`, the row says *destroyed, interrupted*. It stays so if this process dies. `keyMissing`
 * distinguishes a key missing on this server from a missing secret.
 *
 * The same statement prevents a second claim from an old copy of the database, so no gap remains between a failover or
 * restore and its detection: the payload must have been stored in this lineage, and the database must be at or past the
 * watermark `seen`, if there is one. It also refuses a session whose commit a crash of the database may undo, however
 * shortly before that was set.
 */
export async function claim(
  db: Database,
  attempt: {
    tokenHash: Buffer;
    vaultId: string;
    kids: string[];
    sourceIp: string;
    seen: Watermark | undefined;
  },
): Promise<ClaimResult> {
  const { tokenHash, vaultId, sourceIp, seen } = attempt;
  // The configuration rejects a kid with a comma.
  const ring = attempt.kids.join(",");
  const [row] = await db.sql<[ClaimedRow & Conditions]>`
    WITH watch AS MATERIALIZED (
      SELECT ${isTrusted(db.sql, seen)} AS trusted FROM database_watch
    ), claimed AS (
      DELETE FROM ttl_secret_payloads y USING ttl_secrets s, projects p
      WHERE y.token_hash = ${tokenHash} AND y.expires_at > now() AND y.kid = ANY(string_to_array(${ring}, ','))
        AND s.id = y.secret_id AND p.id = s.project_id AND ${isOfVault(db.sql, vaultId)}
        AND y.lineage = database_lineage() AND (SELECT trusted FROM watch)
        AND ${isDurable(db.sql)}
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
      (SELECT trusted FROM watch), ${isDurable(db.sql)} AS durable
    FROM (SELECT) AS always_one_row LEFT JOIN claimed ON true`;
  if (!row.durable) return { kind: "not-durable" };
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

/** What the claim reports of its conditions, whether or not it claimed. */
interface Conditions {
  keyMissing: boolean;
  trusted: boolean | null;
  durable: boolean;
}

interface ClaimedRow extends Omit<Claim, "secretId" | "sealed" | "argon2">, Sealed, Argon2Parameters {
  secretId: string | null;
}

/**
 * Settles a claimed attempt: stores its final status and its audit event in one statement, hence in one transaction.
 *
 * @param observe called, before this resolves, with the database's state, which is past the claim.
 * @returns whether both were stored. False when no attempt is open any more: the project was deleted, or the attempt took
 *   longer than `ATTEMPT_SECONDS`.
 */
export async function settle(
  db: Database,
  outcome: { secretId: string; status: "viewed" | "destroyed"; reason: DestroyedReason | null },
  observe: (mark: Watermark) => void,
): Promise<boolean> {
  const { secretId, status, reason } = outcome;
  const what: Occurrence =
    reason === null
      ? { action: "temporary_secret_viewed" }
      : { action: "temporary_secret_failed", details: { reason } };
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
    , audited AS (${insertEventsOf(db.sql, db.sql`settled`, { ...what, actor: null })})
    SELECT ${watermarkColumns(db.sql)} FROM database_watch, audited`;
  if (mark) observe(mark);
  return mark !== undefined;
}

/** What happened to an attempt whose process died. */
const INTERRUPTED: Occurrence = { action: "temporary_secret_failed", details: { reason: "interrupted" } };

/**
 * One batch of the sweep: closes at most `limit` attempts that were never settled in time, because their process died.
 * They stay destroyed and get their audit event. Returns how many it closed.
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
    ${insertEventsOf(db.sql, db.sql`closed`, { ...INTERRUPTED, actor: null })}`;
  return closed.length;
}
