import type { SecretFieldsFragment } from "./gql/graphql.ts";

/** Data for the browsers of this dashboard. Contains nothing of TTL Secrets' API or the key. */
export interface View {
  /** Whether the stream is connected. */
  isLive: boolean;
  /** Error message for people; null without an error. */
  problem: string | null;
  /** Newest first. */
  secrets: SecretFieldsFragment[];
}
