import type { DestroyedReason, TtlSecretFieldsFragment, TtlSecretStatus } from "../gql/graphql.ts";

/** A TTL secret as the sender sees it: never its value, link or passphrase. */
export type TtlSecret = TtlSecretFieldsFragment;

/** Every status in words. */
export const statusWord: Record<TtlSecretStatus, string> = {
  PENDING: "Pending",
  VIEWED: "Viewed",
  DESTROYED: "Destroyed",
  EXPIRED: "Expired",
  REVOKED: "Revoked",
};

/** Why a secret was destroyed: in a word or two, and what that means for the sender. */
export const destroyedWords: Record<DestroyedReason, { short: string; long: string }> = {
  WRONG_PASSPHRASE: {
    short: "Wrong passphrase",
    long: "Somebody with the link typed a wrong passphrase. The value was not shown.",
  },
  INTERRUPTED: {
    short: "Interrupted",
    long: "An attempt was cut off before it finished. The value may not have reached anybody.",
  },
  UNREADABLE: {
    short: "Unreadable",
    long: "The stored secret could not be opened. The value was not shown.",
  },
};

/**
 * The status that is true now: a pending secret whose time is up has expired, whether the server has said
 * so or not.
 */
export function statusAt(secret: TtlSecret, now: number): TtlSecretStatus {
  return secret.status === "PENDING" && Date.parse(secret.expiresAt) <= now ? "EXPIRED" : secret.status;
}

/** When a secret ended; null while it is pending. */
export function endedAt(secret: TtlSecret, now: number): string | null {
  if (secret.endedAt) return secret.endedAt;
  return statusAt(secret, now) === "EXPIRED" ? secret.expiresAt : null;
}

/** What is left of a secret's time, from 1 (just made) to 0. */
export function fractionLeft(secret: TtlSecret, now: number): number {
  const from = Date.parse(secret.createdAt);
  const until = Date.parse(secret.expiresAt);
  return until > from ? Math.min(1, Math.max(0, (until - now) / (until - from))) : 0;
}

/** What changed for the sender between two readings of a list: one sentence per pending secret that ended. */
export function endings(before: TtlSecret[], after: TtlSecret[]): string[] {
  const pending = new Set(before.filter((secret) => secret.status === "PENDING").map((secret) => secret.id));
  return after
    .filter((secret) => pending.has(secret.id) && secret.status !== "PENDING")
    .map((secret) => {
      const reason = secret.destroyedReason ? `: ${destroyedWords[secret.destroyedReason].short}` : "";
      return `${secret.name} is now ${statusWord[secret.status].toLowerCase()}${reason}.`;
    });
}

/** Those that an attempt destroyed between two readings of a list. */
export function newlyDestroyed(before: TtlSecret[], after: TtlSecret[]): TtlSecret[] {
  const pending = new Set(before.filter(({ status }) => status === "PENDING").map(({ id }) => id));
  return after.filter(({ id, status }) => pending.has(id) && status === "DESTROYED");
}

/** The time of the last change among these; undefined when there are none. */
export function latestChange(secrets: TtlSecret[]): string | undefined {
  return secrets
    .map(({ changedAt }) => changedAt)
    .sort()
    .at(-1);
}
