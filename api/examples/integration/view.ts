import type { SecretFieldsFragment } from "./gql/graphql.ts";

/** What a browser of this dashboard is shown. It knows nothing of TTL Secrets' API or of the key. */
export interface View {
  /** Whether changes are shown as they happen. */
  isLive: boolean;
  /** Why it can't go on, for a person to read; null when it can. */
  problem: string | null;
  /** Newest first. */
  secrets: SecretFieldsFragment[];
}
