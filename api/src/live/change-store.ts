/** The SQL of live updates: which secrets changed, and how they read now, by the same rule as in lists. */
import { ttlSecrets } from "@ttl-secrets/drizzle/schema";
import { and, asc, eq, gte, inArray, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import type { TtlSecret } from "../secrets/secret.ts";
import { ATTEMPT_SECONDS, isOverdue, secretFields } from "../secrets/secret-status-store.ts";
import type { Position } from "../shared/paging.ts";
import { CHANNEL } from "./change.ts";

/** Projects, secrets or streams per query of this folder. */
export const ITEMS_PER_QUERY = 1_000;

/**
 * A row's `changed_at` is set before its transaction commits, so a change can become visible after a later one was
 * read. Our statements take 15 s at most, so a query for changes since an instant starts a minute earlier.
 */
const OVERLAP_SECONDS = 60;

/** A secret and its project. */
export interface SecretRef {
  projectId: string;
  id: string;
}

/** A secret as it reads now, and its project. */
export interface ChangedSecret {
  projectId: string;
  secret: TtlSecret;
}

const ref = { projectId: ttlSecrets.projectId, id: ttlSecrets.id };

const sinceWithOverlap = (since: Date) =>
  sql`${since.toISOString()}::timestamptz - make_interval(secs => ${OVERLAP_SECONDS})`;

/** These secrets as they read now, without those that are deleted. Each id must be a UUID. */
export async function readSecrets(db: Database, ids: string[]): Promise<ChangedSecret[]> {
  const rows = await db.orm
    .select({ ...secretFields, projectId: ttlSecrets.projectId })
    .from(ttlSecrets)
    .where(inArray(ttlSecrets.id, ids))
    .orderBy(asc(ttlSecrets.changedAt), asc(ttlSecrets.id));
  return rows.map(({ projectId, ...secret }) => ({ projectId, secret }));
}

/** A page of the project's secrets that changed, or whose TTL ran out, since an instant; oldest change first. */
export async function changedSince(
  db: Database,
  { projectId, since, after, limit }: { projectId: string; since: Date; after?: Position; limit: number },
): Promise<{ secret: TtlSecret; position: Position }[]> {
  const { changedAt, expiresAt, id } = ttlSecrets;
  const start = sinceWithOverlap(since);
  const isLater =
    after && sql`(${changedAt}, ${id}) > (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)`;
  // Each condition has its own index. Joined by OR, they could use neither.
  const pageOf = (condition: SQL | undefined) =>
    db.orm
      .select({ id })
      .from(ttlSecrets)
      .where(and(eq(ttlSecrets.projectId, projectId), condition, isLater))
      .orderBy(asc(changedAt), asc(id))
      .limit(limit);
  const changed = pageOf(gte(changedAt, start));
  const ranOut = pageOf(and(isOverdue, gte(expiresAt, start)));
  const rows = await db.orm
    .select({ secret: secretFields, storedChange: changedAt })
    .from(ttlSecrets)
    .where(inArray(id, changed.unionAll(ranOut)))
    .orderBy(asc(changedAt), asc(id))
    .limit(limit);
  return rows.map(({ secret, storedChange }) => ({ secret, position: { at: storedChange, id: secret.id } }));
}

/** All secrets of these projects that changed since an instant. */
export function refsChangedSince(
  db: Database,
  { projectIds, since }: { projectIds: string[]; since: Date },
): Promise<SecretRef[]> {
  return db.orm
    .select(ref)
    .from(ttlSecrets)
    .where(
      and(inArray(ttlSecrets.projectId, projectIds), gte(ttlSecrets.changedAt, sinceWithOverlap(since))),
    );
}

/**
 * Secrets whose status changed since `from` only because time passed: their TTL ran out, or an attempt took too long. Two
 * short index scans, however much is stored. `now` is the database's time, the `from` of the next call.
 */
export async function refsEndedByTime(
  db: Database,
  from: Date | undefined,
): Promise<{ now: Date; refs: SecretRef[] }> {
  // A constant when the query is planned, so that the planner estimates the range as short.
  const start = db.sql`coalesce(${from?.toISOString() ?? null}::timestamptz, now())`;
  const [row] = await db.sql<[{ ms: number; refs: SecretRef[] }]>`
    SELECT (extract(epoch FROM now()) * 1000)::float8 AS ms, coalesce((
      SELECT json_agg(json_build_object('projectId', ended.project_id, 'id', ended.id)) FROM (
        SELECT s.project_id, s.id FROM ttl_secret_payloads y JOIN ttl_secrets s ON s.id = y.secret_id
        WHERE y.expires_at > ${start} AND y.expires_at <= now()
        UNION ALL
        SELECT s.project_id, s.id FROM ttl_secrets s
        WHERE s.attempted_from IS NOT NULL AND s.ended_at <= now() - make_interval(secs => ${ATTEMPT_SECONDS})
          AND s.ended_at > ${start} - make_interval(secs => ${ATTEMPT_SECONDS})
      ) AS ended), '[]') AS refs`;
  return { now: new Date(Math.floor(row.ms)), refs: row.refs };
}

/** Notifies the channel with a probe. Returns the database's time at which it was sent. */
export async function sendProbe(db: Database, probe: string): Promise<Date> {
  const [row] = await db.sql<[{ ms: number }]>`
    SELECT (extract(epoch FROM now()) * 1000)::float8 AS ms, pg_notify(${CHANNEL}, ${`probe ${probe}`})`;
  return new Date(Math.floor(row.ms));
}
