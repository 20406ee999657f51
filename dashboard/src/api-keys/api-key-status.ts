import type { ApiKeyFieldsFragment } from "../gql/graphql.ts";

/** Lifecycle state of an API key. */
export type ApiKeyStatus = "active" | "expired" | "revoked";

/** Status at `now`, in ms of the server's clock. */
export function apiKeyStatus(
  key: Pick<ApiKeyFieldsFragment, "revokedAt" | "expiresAt">,
  now: number,
): ApiKeyStatus {
  if (key.revokedAt) return "revoked";
  return Date.parse(key.expiresAt) <= now ? "expired" : "active";
}
