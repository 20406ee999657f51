/** Content of a link: the vault and the secret's token. */
export interface Link {
  readonly vaultId: string;
  readonly token: string;
}

/**
 * The parts of a link within whatever punctuation mail programs and messengers put around it. A token has 22
 * characters; a 23rd, or a path after it, leaves doubt about which were meant.
 */
const LINK_PATH = /^[^A-Za-z0-9]*(vault_[A-Za-z0-9_-]{1,64})\/+([A-Za-z0-9_-]{22})\/*(?:$|[^A-Za-z0-9_/-])/;

/**
 * Parses a link from the page's path. Ignores what precedes and follows it, percent-encoding (twice at most) and
 * invisible characters. Null if the vault and the token can't be determined beyond doubt.
 */
export function parseLink(pathname: string): Link | null {
  const path = decode(decode(pathname)).replace(/\p{Cf}/gu, "");
  const [, vaultId, token] = LINK_PATH.exec(path) ?? [];
  return vaultId && token ? { vaultId, token } : null;
}

/**
 * Whether the token has no capital: one of 100,000 random tokens has none (38 of 64 characters are none, to the power
 * of 22), while some mail gateways write every link in lower case.
 */
export function hasLostCapitals({ token }: Link): boolean {
  return !/[A-Z]/.test(token);
}

/** Decodes percent-encoded UTF-8 and keeps what is malformed. */
function decode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}
