import { createHash } from "node:crypto";

/** An audit event in its vault's chain, each column as the text that is hashed. */
export interface ChainedEvent {
  /** Its place in the chain, from 1. */
  seq: number;
  hash: Buffer;
  vaultId: string;
  id: string;
  projectId: string;
  action: string;
  /** UTC, to the microsecond, such as `2026-11-25T08:30:00.123000Z AD`. */
  at: string;
  /** With its prefix, such as `203.0.113.7/32`. */
  sourceIp: string;
  actor: string | null;
  ttlSecretId: string | null;
  ttlSecretName: string | null;
  details: string | null;
}

/** Hash that precedes the first event of a chain. */
export const CHAIN_START = Buffer.alloc(32);

/**
 * Hash of `event` after one with the hash `previous`, as the trigger in `drizzle/migrations/0005_audit_chain.sql` stores it.
 * An event without details is hashed under version 1, as before there were any; one with details under version 2, with the
 * details as its last field (`drizzle/migrations/0014_audit_details.sql`). Computed here and not by the database's `audit_event_hash()`: an
 * attacker who can change rows can change a function, too.
 */
export function chainHash(previous: Buffer, event: Omit<ChainedEvent, "hash">): Buffer {
  const { seq, vaultId, id, projectId, action, at, sourceIp, actor, ttlSecretId, ttlSecretName, details } =
    event;
  const place = [previous.toString("hex"), String(seq), vaultId, id, projectId];
  const fields = [...place, action, at, sourceIp, actor, ttlSecretId, ttlSecretName];
  const versioned = details === null ? ["audit event 1", ...fields] : ["audit event 2", ...fields, details];
  const text = versioned.map((field) => (field === null ? "-" : `${Buffer.byteLength(field)}:${field}`));
  return createHash("sha256").update(text.join(",")).digest();
}
