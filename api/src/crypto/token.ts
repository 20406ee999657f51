import { createHash, randomBytes } from "node:crypto";

/** 128 bits, which can't be guessed even without a rate limit (NIST SP 800-63B asks 112 for a look-up secret). */
const TOKEN_BYTES = 16;

// 16 bytes are 21⅓ base64url characters, so the last one carries only four of its bits.
const TOKEN = /^[A-Za-z0-9_-]{21}[AQgw]$/;

/** A new token for a link: 22 characters of base64url (RFC 4648 §5) from the system's CSPRNG. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString("base64url");
}

/** Whether `text` has the shape of a token. Any other text was never issued and needs no query. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * SHA-256 of the token, 32 bytes: the only form that is stored. A plain hash suffices: 128 random bits can't be guessed,
 * so a slow hash would protect nothing.
 */
export function hashToken(token: string): Buffer {
  return createHash("sha256").update(token, "ascii").digest();
}
