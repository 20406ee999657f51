/**
 * Whether a path is a secret's link, also with damage that mail programs and messengers do to one: punctuation, spaces
 * or slashes in front, other letter case, percent-encoding. The recipient's page decides whether it can be read.
 */
export function isLinkPath(path: string): boolean {
  return /^[^a-z0-9]*vault_/i.test(decode(path));
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
