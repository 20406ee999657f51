/** Actions of audit events. Stored, and part of the public contract, by exactly these names. */
export const AUDIT_ACTIONS = [
  "temporary_secret_create",
  "temporary_secret_viewed",
  "temporary_secret_failed",
  "temporary_secret_revoked",
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

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
}
