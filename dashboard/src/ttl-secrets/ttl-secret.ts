import type { DestroyedReason, TtlSecretFieldsFragment, TtlSecretStatus } from "../gql/graphql.ts";
import { t } from "../i18n/i18n.ts";

/** A TTL secret as the sender sees it, without its value, link or passphrase. */
export type TtlSecret = TtlSecretFieldsFragment;

const statusKeys = {
  PENDING: "ttlSecrets.statuses.pending",
  VIEWED: "ttlSecrets.statuses.viewed",
  DESTROYED: "ttlSecrets.statuses.destroyed",
  EXPIRED: "ttlSecrets.statuses.expired",
  REVOKED: "ttlSecrets.statuses.revoked",
} as const satisfies Record<TtlSecretStatus, string>;

/** Labels of the statuses. */
export function statusWord(status: TtlSecretStatus): string {
  return t(statusKeys[status]);
}

/** Destruction reasons: a short label, what happened, and what the sender should do. */
const destroyedWords = {
  WRONG_PASSPHRASE: {
    short: "ttlSecrets.destroyed.wrongPassphrase",
    long: "ttlSecrets.destroyed.wrongPassphraseText",
    advice: "ttlSecrets.alert.advice",
  },
  INTERRUPTED: {
    short: "ttlSecrets.destroyed.interrupted",
    long: "ttlSecrets.destroyed.interruptedText",
    advice: "ttlSecrets.alert.interruptedAdvice",
  },
  UNREADABLE: {
    short: "ttlSecrets.destroyed.unreadable",
    long: "ttlSecrets.destroyed.unreadableText",
    advice: "ttlSecrets.alert.advice",
  },
} as const satisfies Record<DestroyedReason, DestroyedKeys>;

/** As `destroyedWords`, of secrets that ended without an attempt, by `failureReason`. */
const endedByServer = {
  database_restored: {
    short: "ttlSecrets.destroyed.restored",
    long: "ttlSecrets.destroyed.restoredText",
    advice: "ttlSecrets.alert.noAttemptAdvice",
  },
  destroyed_by_operator: {
    short: "ttlSecrets.destroyed.operator",
    long: "ttlSecrets.destroyed.operatorText",
    advice: "ttlSecrets.alert.noAttemptAdvice",
  },
} as const;

/** An interruption whose cause is not in the audit log: an attempt, or the server after a failover. */
const unexplained = {
  short: "ttlSecrets.destroyed.interrupted",
  long: "ttlSecrets.destroyed.unexplainedText",
  advice: "ttlSecrets.alert.noAttemptAdvice",
} as const;

interface DestroyedKeys {
  short: string;
  long: string;
  advice: string;
}

/** Why a destroyed secret was destroyed, in words; null for any other. */
export function destroyedText({ destroyedReason, failureReason, attemptedFrom }: TtlSecret) {
  if (!destroyedReason) return null;
  const isAttempt = destroyedReason !== "INTERRUPTED" || failureReason === "interrupted" || attemptedFrom;
  const otherwise = isAttempt ? destroyedWords[destroyedReason] : unexplained;
  const keys = Object.hasOwn(endedByServer, failureReason ?? "")
    ? endedByServer[failureReason as keyof typeof endedByServer]
    : otherwise;
  return { short: t(keys.short), long: t(keys.long), advice: t(keys.advice) };
}

/** Current status: a pending secret past its expiry has expired, whether or not the server has reported it. */
export function statusAt(secret: TtlSecret, now: number): TtlSecretStatus {
  return secret.status === "PENDING" && Date.parse(secret.expiresAt) <= now ? "EXPIRED" : secret.status;
}

/** End of a secret; null while it is pending. */
export function endedAt(secret: TtlSecret, now: number): string | null {
  if (secret.endedAt) return secret.endedAt;
  return statusAt(secret, now) === "EXPIRED" ? secret.expiresAt : null;
}

/** Remaining fraction of a secret's TTL, from 1 (just created) to 0. */
export function fractionLeft(secret: TtlSecret, now: number): number {
  const from = Date.parse(secret.createdAt);
  const until = Date.parse(secret.expiresAt);
  return until > from ? Math.min(1, Math.max(0, (until - now) / (until - from))) : 0;
}

/** Changes between two reads of a list: one sentence per pending secret that ended. */
export function endings(before: TtlSecret[], after: TtlSecret[]): string[] {
  const pending = new Set(before.filter((secret) => secret.status === "PENDING").map((secret) => secret.id));
  return after.filter((secret) => pending.has(secret.id) && secret.status !== "PENDING").map(ending);
}

function ending(secret: TtlSecret): string {
  const { name, status } = secret;
  if (status === "VIEWED") return t("ttlSecrets.endedNews.viewed", { name });
  if (status === "REVOKED") return t("ttlSecrets.endedNews.revoked", { name });
  if (status === "EXPIRED") return t("ttlSecrets.endedNews.expired", { name });
  const reason = destroyedText(secret)?.short ?? "";
  return t("ttlSecrets.endedNews.destroyed", { name, reason });
}

/** Secrets that an attempt destroyed between two reads of a list. */
export function newlyDestroyed(before: TtlSecret[], after: TtlSecret[]): TtlSecret[] {
  const pending = new Set(before.filter(({ status }) => status === "PENDING").map(({ id }) => id));
  return after.filter(({ id, status }) => pending.has(id) && status === "DESTROYED");
}

/** Time of the latest change among these secrets; undefined if there are none. */
export function latestChange(secrets: TtlSecret[]): string | undefined {
  return secrets
    .map(({ changedAt }) => changedAt)
    .sort()
    .at(-1);
}
