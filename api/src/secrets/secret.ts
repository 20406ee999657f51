/** Where a TTL secret is in its life. All but `pending` are final. */
export type SecretStatus = "pending" | "viewed" | "destroyed" | "expired" | "revoked";

/** Why a TTL secret was destroyed without being shown. */
export type DestroyedReason = "wrong_passphrase" | "interrupted" | "unreadable";

/** The longest a secret may live, in seconds: a day. */
export const MAX_TTL_SECONDS = 86_400;

/** What may be known of a TTL secret: everything but its value, token and passphrase. */
export interface TtlSecret {
  id: string;
  name: string;
  status: SecretStatus;
  destroyedReason: DestroyedReason | null;
  createdAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
  createdBy: string;
  /** When what is said here last became true. */
  changedAt: Date;
}
