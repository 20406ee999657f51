import { randomUUID } from "node:crypto";
import { auditEvents } from "@ttl-secrets/drizzle/schema";
import { and, asc, desc, eq, gt, gte, inArray, lt, lte } from "drizzle-orm";
import type { Database, Queryable } from "../db/client.ts";
import { after } from "../shared/keyset.ts";
import type { PageRequest } from "../shared/paging.ts";
import type { AuditEvent, AuditFilter, Occurrence } from "./audit-event.ts";

/** The `sql` tag of Drizzle or of the driver. A statement uses the one it is written with. */
type SqlTag<Fragment> = (strings: TemplateStringsArray, ...values: (Fragment | string | null)[]) => Fragment;

/**
 * The INSERT that records `what` for every row of `source`, the name of a CTE of the same statement with the columns
 * `id`, `project_id` and `name` of TTL secrets and `source_ip`. In one statement with the change it records, neither can
 * be stored without the other.
 *
 * Storing an event locks its vault's chain until the transaction ends. To prevent deadlocks, vaults are taken in order,
 * and events come last in a statement or transaction: one that holds a chain waits only for further chains.
 */
export function insertEventsOf<Fragment>(
  sql: SqlTag<Fragment>,
  source: Fragment,
  what: Occurrence & { actor: string | null },
): Fragment {
  const { action, actor } = what;
  return sql`
    INSERT INTO audit_events (id, vault_id, project_id, action, source_ip, actor, ttl_secret_id, ttl_secret_name, details)
    SELECT gen_random_uuid(), p.vault_id, p.id, ${action}, e.source_ip, ${actor}::text, e.id, e.name,
      ${detailsText(what)}::text
    FROM ${source} e JOIN projects p ON p.id = e.project_id
    ORDER BY p.vault_id
    RETURNING ttl_secret_id`;
}

/** The details as they are stored and hashed. */
const detailsText = (what: Occurrence) => ("details" in what ? JSON.stringify(what.details) : null);

const { id, projectId, action, at, sourceIp, actor, ttlSecretId, ttlSecretName, seq, hash, details } =
  auditEvents;
const eventFields = { id, projectId, action, at, sourceIp, actor, ttlSecretId, ttlSecretName, details };

/** The condition for a vault's events that match a filter. */
function matching(vaultId: string, filter: AuditFilter) {
  const { actions, from, to } = filter;
  return and(
    eq(auditEvents.vaultId, vaultId),
    filter.projectId == null ? undefined : eq(projectId, filter.projectId),
    actions?.length ? inArray(action, [...actions]) : undefined,
    from ? gte(at, from) : undefined,
    to ? lt(at, to) : undefined,
  );
}

/** A page of a vault's events, newest first, plus one row if there is a next page. */
export function listEvents(
  db: Queryable,
  { vaultId, filter, page }: { vaultId: string; filter: AuditFilter; page: PageRequest },
): Promise<AuditEvent[]> {
  return db
    .select(eventFields)
    .from(auditEvents)
    .where(and(matching(vaultId, filter), after(at, id, page.after)))
    .orderBy(desc(at), desc(id))
    .limit(page.first + 1);
}

/** Whether the vault has any event of this project, which may be deleted. `ofProject` must be a UUID. */
export async function hasEvents(db: Queryable, vaultId: string, ofProject: string): Promise<boolean> {
  const rows = await db
    .select({ id })
    .from(auditEvents)
    .where(matching(vaultId, { projectId: ofProject }))
    // Any event would do. With this order PostgreSQL uses the index instead of scanning the table.
    .orderBy(desc(at))
    .limit(1);
  return rows.length > 0;
}

/** An event with its place in its vault's chain. */
export interface ExportedEvent extends AuditEvent {
  seq: number;
  hash: Buffer;
}

/** At most `limit` of a vault's events with `afterSeq` < `seq` ≤ `lastSeq`, in order of the chain. */
export function eventsInOrder(
  db: Queryable,
  range: { vaultId: string; filter: AuditFilter; afterSeq: number; lastSeq: number; limit: number },
): Promise<ExportedEvent[]> {
  return db
    .select({ ...eventFields, seq, hash })
    .from(auditEvents)
    .where(and(matching(range.vaultId, range.filter), gt(seq, range.afterSeq), lte(seq, range.lastSeq)))
    .orderBy(asc(seq))
    .limit(range.limit);
}

/**
 * The events that ended these TTL secrets of the vault by an attempt, or destroyed them. Ids must be UUIDs; a secret has at
 * most one such event.
 */
export function endingsOf(
  { sql }: Pick<Database, "sql">,
  { vaultId, secretIds }: { vaultId: string; secretIds: readonly string[] },
): Promise<{ ttlSecretId: string; sourceIp: string; details: string | null }[]> {
  // The actions are written out: with parameters, a generic plan could not use the partial index.
  return sql`
    SELECT ttl_secret_id AS "ttlSecretId", host(source_ip) AS "sourceIp", details FROM audit_events
    WHERE vault_id = ${vaultId} AND ttl_secret_id = ANY(string_to_array(${secretIds.join(",")}, ',')::uuid[])
      AND action IN ('temporary_secret_viewed', 'temporary_secret_failed')`;
}

/** An event to record. The database adds its time. */
export type NewEvent = Omit<AuditEvent, "id" | "at" | "action" | "details"> &
  Occurrence & { vaultId: string };

/**
 * Records events of one vault, in the same transaction as the change or in the same statement (`tx.with(…)`). Must come
 * last there (see `insertEventsOf`).
 */
export async function insertEvents(
  tx: Pick<Queryable, "insert">,
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await tx
    .insert(auditEvents)
    .values(events.map((event) => ({ id: randomUUID(), ...event, details: detailsText(event) })));
}
