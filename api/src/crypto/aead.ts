/**
 * Sealing: binds a value to its passphrase, its server key and its row in the database.
 *
 *   Argon2id(passphrase, salt)            → 64 bytes
 *   HKDF-SHA256(those, "verifier")        → verifier     stored, identifies the right passphrase
 *   HKDF-SHA256(those, "wrap")            → wrap         never stored
 *   HKDF-SHA256(wrap, salt = server key)  → content key  never stored
 *   AES-256-GCM(content key, nonce, AAD)  → ciphertext ‖ tag
 *
 * The stored verifier reveals nothing of `wrap` (RFC 5869 §3.2), so an attacker with the database and the server key must still
 * guess the passphrase, at one Argon2id run per guess.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { type KeyRing, keyOf } from "./key-ring.ts";

/** The current sealing format. Any change in this file that alters bytes needs a new number. */
export const SEAL_VERSION = 1;

const CIPHER = "aes-256-gcm";
/** AES-256. */
const KEY_BYTES = 32;
/** NIST SP 800-38D §8.2.2; each content key seals one message, so a random nonce can't repeat under it. */
const NONCE_BYTES = 12;
/** Given explicitly: without it Node accepts 4-byte tags when opening. */
const TAG_BYTES = 16;

/** The row of a sealed value. All fields are authenticated: moved or edited, the value no longer opens. */
export interface SealContext {
  secretId: string;
  projectId: string;
  vaultId: string;
  /** When it expires, in ms since 1970. */
  expiresAtMs: number;
}

/** A sealed value, as stored. */
export interface Sealed {
  version: number;
  kid: string;
  nonce: Buffer;
  /** AES-256-GCM ciphertext followed by its 16-byte tag. */
  ciphertext: Buffer;
}

/** The sealed value can't be opened: altered, moved, or sealed under another key. */
export class UnreadableError extends Error {
  override name = "UnreadableError";
}

/** Seals `value` for its context with the ring's active key. Wipes `wrap`. */
export function seal(value: string, wrap: Buffer, ring: KeyRing, context: SealContext): Sealed {
  const kid = ring.activeKid;
  const nonce = randomBytes(NONCE_BYTES);
  const key = contentKey(wrap, keyOf(ring, kid), SEAL_VERSION, context.secretId);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(additionalData(SEAL_VERSION, kid, context));
  const ciphertext = Buffer.concat([cipher.update(value, "utf8"), cipher.final(), cipher.getAuthTag()]);
  key.fill(0);
  wrap.fill(0);
  return { version: SEAL_VERSION, kid, nonce, ciphertext };
}

/**
 * Opens a sealed value. Wipes `wrap`.
 *
 * @throws UnreadableError, without detail, when anything differs from what was sealed.
 */
export function open(sealed: Sealed, wrap: Buffer, ring: KeyRing, context: SealContext): string {
  const { version, kid, nonce, ciphertext } = sealed;
  let key: Buffer | undefined;
  try {
    key = contentKey(wrap, keyOf(ring, kid), version, context.secretId);
    const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(version, kid, context));
    decipher.setAuthTag(ciphertext.subarray(-TAG_BYTES));
    const value = Buffer.concat([decipher.update(ciphertext.subarray(0, -TAG_BYTES)), decipher.final()]);
    const text = value.toString("utf8");
    value.fill(0);
    return text;
  } catch {
    throw new UnreadableError("the sealed value can't be opened");
  } finally {
    key?.fill(0);
    wrap.fill(0);
  }
}

function contentKey(wrap: Buffer, serverKey: Buffer, version: number, secretId: string): Buffer {
  const info = `ttl-secrets/v${version}/content/${secretId}`;
  return Buffer.from(hkdfSync("sha256", wrap, serverKey, info, KEY_BYTES));
}

/** A JSON array of fixed order: unambiguous, because JSON quotes and escapes every string. */
function additionalData(version: number, kid: string, context: SealContext): Buffer {
  const { secretId, projectId, vaultId, expiresAtMs } = context;
  return Buffer.from(JSON.stringify([version, secretId, projectId, vaultId, kid, expiresAtMs]));
}
