/** What the page asks the API. */

export const AVAILABLE =
  "query Available($vaultId: ID!, $token: String!) { " +
  "ttlSecretAvailability(vaultId: $vaultId, token: $token) { secondsLeft } }";

export const REVEAL =
  "mutation Reveal($input: RevealTtlSecretInput!) { revealTtlSecret(input: $input) { __typename " +
  "... on TtlSecretRevealed { value } ... on TtlSecretDestroyed { message } " +
  "... on TtlSecretNotAvailable { message } } }";
