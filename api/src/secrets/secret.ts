import type { SecretCharset } from "../crypto/random-secret.ts";

/** The status of a TTL secret. All but `pending` are final. */
export type SecretStatus = "pending" | "viewed" | "destroyed" | "expired" | "revoked";

/** Why a TTL secret was destroyed without being shown. */
export type DestroyedReason = "wrong_passphrase" | "interrupted" | "unreadable";

/** The longest TTL, in seconds: a day. */
export const MAX_TTL_SECONDS = 86_400;

/** The value as given, or how to generate one, and whether the creator gets it back, once. */
export type SecretContent =
  | { value: string }
  | { generate: { length: number; charset: SecretCharset; returnValue?: boolean | null | undefined } };

/** The public part of a TTL secret: everything but its value, token and passphrase. */
export interface TtlSecret {
  id: string;
  name: string;
  status: SecretStatus;
  destroyedReason: DestroyedReason | null;
  createdAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
  createdBy: string;
  /** When the status last changed; at first, when the secret was created. */
  changedAt: Date;
}
