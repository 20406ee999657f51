/** What an audit event can record; stored, and told to clients, by exactly these names. */
export const AUDIT_ACTIONS = [
  "temporary_secret_create",
  "temporary_secret_viewed",
  "temporary_secret_failed",
  "temporary_secret_revoked",
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** Which of a vault's events are asked for; what is undefined or null leaves none out. */
export interface AuditFilter {
  projectId?: string | null | undefined;
  /** An empty list leaves none out either. */
  actions?: readonly AuditAction[] | null | undefined;
  /** The first instant… */
  from?: Date | null | undefined;
  /** …and the first one after. */
  to?: Date | null | undefined;
}

/** One line of a vault's audit log. */
export interface AuditEvent {
  id: string;
  projectId: string;
  action: AuditAction;
  at: Date;
  sourceIp: string;
  /** Who did it, as shown to people; null for a recipient, who is anonymous. */
  actor: string | null;
  ttlSecretId: string | null;
  ttlSecretName: string | null;
}
