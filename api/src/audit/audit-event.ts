import { z } from "zod";

/** Actions of audit events. Stored, and part of the public contract, by exactly these names. */
export const AUDIT_ACTIONS = [
  "temporary_secret_create",
  "temporary_secret_viewed",
  "temporary_secret_failed",
  "temporary_secret_revoked",
  "project_deleted",
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/**
 * Why a TTL secret was destroyed without being shown. Stored, and part of the public contract, by exactly these names:
 * `database_restored`, after a failover or restore that may have lost attempts; `destroyed_by_operator`, by
 * `pnpm admin destroy-pending`; `project_deleted`, during an attempt.
 */
export type FailureReason =
  | "wrong_passphrase"
  | "interrupted"
  | "unreadable"
  | "database_restored"
  | "destroyed_by_operator"
  | "project_deleted";

/** What happened, with what its event must say beyond the columns that every event has. */
export type Occurrence =
  | { action: "temporary_secret_create" | "temporary_secret_viewed" | "temporary_secret_revoked" }
  | { action: "temporary_secret_failed"; details: { reason: FailureReason } }
  | {
      action: "project_deleted";
      /** `pendingTtlSecretCount`: number of TTL secrets deleted with the project that could still be opened. */
      details: { projectName: string; pendingTtlSecretCount: number };
    };

/** Filter of a vault's events. Undefined or null does not filter. */
export interface AuditFilter {
  projectId?: string | null | undefined;
  /** An empty list does not filter either. */
  actions?: readonly AuditAction[] | null | undefined;
  /** Inclusive. */
  from?: Date | null | undefined;
  /** Exclusive. */
  to?: Date | null | undefined;
}

/** An entry of a vault's audit log. */
export interface AuditEvent {
  id: string;
  projectId: string;
  action: AuditAction;
  at: Date;
  sourceIp: string;
  /** Label of the member or API key; null for a recipient, who is anonymous. */
  actor: string | null;
  ttlSecretId: string | null;
  ttlSecretName: string | null;
  /** The JSON text that is stored and hashed; null without details. Read it with `readDetails`. */
  details: string | null;
}

/** The details of any event, as read back. A newer release may store other reasons, and further fields. */
const detailsSchema = z.object({
  reason: z.string().optional().catch(undefined),
  projectName: z.string().optional().catch(undefined),
  pendingTtlSecretCount: z.int().optional().catch(undefined),
});

/** The details of an event. Text that is no JSON object, which only someone with write access can store, has none. */
export function readDetails(details: string | null): z.infer<typeof detailsSchema> {
  try {
    return detailsSchema.parse(JSON.parse(details ?? "{}"));
  } catch {
    return {};
  }
}
