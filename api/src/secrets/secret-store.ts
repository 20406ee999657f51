/**
 * The SQL that creates, ends and deletes TTL secrets. The order of locks is the same everywhere: payload, then secret, then
 * the audit chains by vault. So a reveal, a revoke, a sweep and a project's deletion can wait for one another but never
 * deadlock.
 */
import { projects, ttlSecretPayloads, ttlSecrets } from "@ttl-secrets/drizzle/schema";
import { and, eq, sql } from "drizzle-orm";
import type { TransactionSql } from "postgres";
import type { FailureReason } from "../audit/audit-event.ts";
import { insertEvents, insertEventsOf, type NewEvent } from "../audit/audit-store.ts";
import type { Sealed } from "../crypto/aead.ts";
import type { Argon2Parameters } from "../crypto/argon2.ts";
import type { Database, Queryable } from "../db/client.ts";
import type { TtlSecret } from "./secret.ts";
import { secretFields } from "./secret-status-store.ts";

/** A new secret: the row that stays and the payload that is destroyed. */
interface NewSecret {
  secret: Pick<TtlSecret, "id" | "name" | "createdAt" | "expiresAt" | "createdBy"> & { projectId: string };
  sealed: Sealed;
  tokenHash: Buffer;
  verifier: Buffer;
  salt: Buffer;
  argon2: Readonly<Argon2Parameters>;
}

/**
 * Locks the project against deletion until the transaction ends, and reads the database's clock, which alone decides when
 * a secret expires.
 *
 * @returns the time in whole ms; undefined when the vault has no such project.
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

/** Stores a pending secret with its payload and its audit event, in one statement. */
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
 * Revokes a pending secret: deletes its payload and stores its status and audit event, in one statement. A secret that has
 * ended, or is past its TTL, stays as it is. The caller checks that the secret is in its vault.
 *
 * @returns whether the secret was pending, and so was revoked.
 */
export async function revoke(
  db: Queryable,
  { secretId, actor, sourceIp }: { secretId: string; actor: string; sourceIp: string },
): Promise<boolean> {
  const revoked = await db.execute(sql`
    WITH gone AS (
      DELETE FROM ttl_secret_payloads WHERE secret_id = ${secretId} AND expires_at > now() RETURNING secret_id
    ), revoked AS (
      UPDATE ttl_secrets SET status = 'revoked', ended_at = now()
      WHERE id IN (SELECT secret_id FROM gone) AND status = 'pending'
      RETURNING id, project_id, name, ${sourceIp}::inet AS source_ip
    )
    ${insertEventsOf(sql, sql`revoked`, { action: "temporary_secret_revoked", actor })}`);
  return revoked.length > 0;
}

/** One batch of the sweep: deletes at most `limit` payloads past their TTL and marks their secrets expired. Returns how many. */
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

/** Deletes at most `limit` secrets that ended more than `days` days ago and have no open attempt. Returns how many. */
export async function deleteEndedBatch(db: Database, days: number, limit: number): Promise<number> {
  const { count } = await db.sql`
    DELETE FROM ttl_secrets WHERE id IN (
      SELECT id FROM ttl_secrets
      WHERE ended_at < now() - make_interval(days => ${days}) AND attempted_from IS NULL
      ORDER BY ended_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
  return count;
}

/**
 * Locks all payloads against changes until the transaction ends. For a transaction of several batches, which holds the audit
 * chains of the first: no other transaction may hold a payload of the next while it waits for these chains.
 */
export async function lockPayloads(tx: TransactionSql): Promise<void> {
  await tx`LOCK TABLE ttl_secret_payloads IN EXCLUSIVE MODE`;
}

/** The source address of an event without a request: the unspecified address. */
const NO_ADDRESS = "0.0.0.0";

/**
 * Destroys at most `limit` pending secrets whose attempts this database may have lost: of all, or of the `foreign` ones,
 * which were stored in another lineage. Each becomes destroyed, interrupted, with its audit event, in one statement. Batches
 * are ordered by vault, so that several in one transaction lock the audit chains in order. The event names `actor` and
 * `reason`. Returns how many it destroyed.
 */
export async function destroyPendingBatch(
  sql: Database["sql"] | TransactionSql,
  order: { which: "all" | "foreign"; actor: string; reason: FailureReason; limit: number },
): Promise<number> {
  const { which, actor, reason, limit } = order;
  // Two ranges, which an index answers, unlike `<>`.
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
    ${insertEventsOf(sql, sql`destroyed`, { action: "temporary_secret_failed", actor, details: { reason } })}`;
  return destroyed.length;
}

/** The secret, if it is in the vault. `secretId` must be a UUID. */
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
