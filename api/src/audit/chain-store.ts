import type { Database } from "../db/client.ts";
import { CHAIN_START, type ChainedEvent } from "./chain.ts";

type Sql = Pick<Database, "sql">;

/** Events per query, and so in memory at once: some 400 KB of text. */
export const EVENTS_PER_QUERY = 1000;

/** End of a vault's chain, as stored in the database. */
export interface ChainEnd {
  length: number;
  head: Buffer;
}

/** End of a vault's chain; undefined if it has none, as without events. */
export async function chainEnd({ sql }: Sql, vaultId: string): Promise<ChainEnd | undefined> {
  const [end] = await sql<ChainEnd[]>`
    SELECT length::float8 AS length, head FROM audit_chains WHERE vault_id = ${vaultId}`;
  return end;
}

/** Start of a vault's chain: the last event that was removed past its retention. */
export async function chainStart({ sql }: Sql, vaultId: string): Promise<{ seq: number; hash: Buffer }> {
  const [start] = await sql<{ seq: number; hash: Buffer }[]>`
    SELECT seq::float8 AS seq, hash FROM audit_chain_starts WHERE vault_id = ${vaultId}`;
  return start ?? { seq: 0, hash: CHAIN_START };
}

/**
 * A vault's events up to the place `last`, in order of the chain, a batch at a time. A slow consumer holds no connection
 * and no snapshot between batches: events never change, and those of later batches are already committed.
 */
export async function* chainedEvents(
  { sql }: Sql,
  { vaultId, last }: { vaultId: string; last: number },
): AsyncGenerator<ChainedEvent[]> {
  let after: number | undefined;
  for (;;) {
    const events: ChainedEvent[] = await sql<ChainedEvent[]>`
      SELECT seq::float8 AS seq, hash, vault_id AS "vaultId", id, project_id AS "projectId", action,
        to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z" BC') AS at, source_ip::text AS "sourceIp",
        actor, ttl_secret_id AS "ttlSecretId", ttl_secret_name AS "ttlSecretName", details
      FROM audit_events
      WHERE vault_id = ${vaultId} AND seq <= ${last}::bigint ${after === undefined ? sql`` : sql`AND seq > ${after}::bigint`}
      ORDER BY seq LIMIT ${EVENTS_PER_QUERY}`;
    if (events.length > 0) yield events;
    if (events.length < EVENTS_PER_QUERY) return;
    after = events.at(-1)?.seq;
  }
}

/** Number of events beyond the end of the vault's chain. */
export async function eventsBeyondEnd({ sql }: Sql, vaultId: string): Promise<number> {
  const [row] = await sql<[{ count: number }]>`
    SELECT count(*)::int AS count FROM audit_events
    WHERE vault_id = ${vaultId}
      AND seq > coalesce((SELECT length FROM audit_chains WHERE vault_id = ${vaultId}), 0)`;
  return row.count;
}

/** Every vault that has events or a chain, including deleted vaults. */
export async function auditedVaults({ sql }: Sql): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    SELECT vault_id AS id FROM audit_chains UNION SELECT vault_id FROM audit_events ORDER BY id`;
  return rows.map(({ id }) => id);
}
