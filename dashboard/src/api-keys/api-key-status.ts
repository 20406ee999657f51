import type { ApiKeyFieldsFragment } from "../gql/graphql.ts";

/** Where a key is in its life. */
export type ApiKeyStatus = "active" | "expired" | "revoked";

/** The status at a time, in ms by the server's clock. */
export function apiKeyStatus(
  key: Pick<ApiKeyFieldsFragment, "revokedAt" | "expiresAt">,
  now: number,
): ApiKeyStatus {
  if (key.revokedAt) return "revoked";
  return Date.parse(key.expiresAt) <= now ? "expired" : "active";
}
