import { randomUUID } from "node:crypto";
import { auditEvents } from "@ttl-secrets/drizzle/schema";
import { and, desc, eq } from "drizzle-orm";
import type { TransactionSql } from "postgres";
import type { Database, Queryable } from "../db.ts";
import { after } from "../keyset.ts";
import type { PageRequest } from "../page.ts";
import type { AuditAction, AuditEvent } from "./audit-event.ts";

/**
 * The INSERT that records `action` for every row of `source`, a CTE of the same statement with the columns `id`,
 * `project_id` and `name` of TTL secrets and `source_ip`. Being one statement with the change it records, neither
 * can be stored without the other.
 *
 * Storing an event locks its vault's chain until the transaction ends. So vaults are taken in order, and events are the
 * last thing that a statement or transaction waits for: whoever holds a chain waits for nothing but further chains.
 */
export function insertEventsOf(
  db: Database["sql"] | TransactionSql,
  source: string,
  { action, actor }: { action: AuditAction; actor: string | null },
) {
  return db`
    INSERT INTO audit_events (id, vault_id, project_id, action, source_ip, actor, ttl_secret_id, ttl_secret_name)
    SELECT gen_random_uuid(), p.vault_id, p.id, ${action}, e.source_ip, ${actor}::text, e.id, e.name
    FROM ${db(source)} e JOIN projects p ON p.id = e.project_id
    ORDER BY p.vault_id
    RETURNING ttl_secret_id`;
}

/** One page of a project's events, newest first, and one row more when there is a next page. */
export function listEvents(
  db: Queryable,
  { vaultId, projectId, page }: { vaultId: string; projectId: string; page: PageRequest },
): Promise<AuditEvent[]> {
  const { id, action, at, sourceIp, actor, ttlSecretId, ttlSecretName } = auditEvents;
  return db
    .select({ id, action, at, sourceIp, actor, ttlSecretId, ttlSecretName })
    .from(auditEvents)
    .where(
      and(eq(auditEvents.vaultId, vaultId), eq(auditEvents.projectId, projectId), after(at, id, page.after)),
    )
    .orderBy(desc(at), desc(id))
    .limit(page.first + 1);
}

/** An event to record: the database adds its time. */
type NewEvent = Omit<AuditEvent, "id" | "at"> & { vaultId: string; projectId: string };

/** Records events of one vault in the transaction of what they record, as the last thing it does. */
export async function insertEvents(tx: Queryable, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.insert(auditEvents).values(events.map((event) => ({ id: randomUUID(), ...event })));
}
