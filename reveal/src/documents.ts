/**
 * A document that the page sends. The API knows it by its hash and has it parsed already; a server of another release,
 * which may not know the hash, runs the text.
 */
export interface TrustedDocument {
  query: string;
  /** SHA-256 of `query` in hex. A test of the API checks it. */
  hash: string;
}

export const AVAILABLE: TrustedDocument = {
  query:
    "query Available($vaultId: ID!, $token: String!) { " +
    "ttlSecretAvailability(vaultId: $vaultId, token: $token) { secondsLeft } }",
  hash: "1270bc04a808c7135e3532628d84449b33b6a5668da8b28e11d05dee16d392c0",
};

export const REVEAL: TrustedDocument = {
  query:
    "mutation Reveal($input: RevealTtlSecretInput!) { revealTtlSecret(input: $input) { __typename " +
    "... on TtlSecretRevealed { value } ... on TtlSecretDestroyed { message } " +
    "... on TtlSecretNotAvailable { message } } }",
  hash: "47f7712ace725056b3b17a847a32c42d36073aa961d4bd06189d13c473cb6e1f",
};
