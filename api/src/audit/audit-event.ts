/** What an audit event can record; stored by exactly these names. */
export type AuditAction =
  | "temporary_secret_create"
  | "temporary_secret_viewed"
  | "temporary_secret_failed"
  | "temporary_secret_revoked";

/** One line of a vault's audit log. */
export interface AuditEvent {
  id: string;
  action: AuditAction;
  at: Date;
  sourceIp: string;
  /** Who did it, as shown to people; null for a recipient, who is anonymous. */
  actor: string | null;
  ttlSecretId: string | null;
  ttlSecretName: string | null;
}
