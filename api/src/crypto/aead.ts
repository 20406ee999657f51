/**
 * Sealing: how a value is bound to its passphrase, its server key and its place in the database.
 *
 *   Argon2id(passphrase, salt)            → 64 bytes
 *   HKDF-SHA256(those, "verifier")        → verifier     stored, tells a right passphrase from a wrong one
 *   HKDF-SHA256(those, "wrap")            → wrap         never stored
 *   HKDF-SHA256(wrap, salt = server key)  → content key  never stored
 *   AES-256-GCM(content key, nonce, AAD)  → ciphertext ‖ tag
 *
 * The stored verifier says nothing of `wrap` (RFC 5869 §3.2), so a stolen database together with a stolen server
 * key still has to guess the passphrase, one Argon2id run a guess.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { type KeyRing, keyOf } from "./key-ring.ts";

/** The sealing format written today. A change to anything in this file that alters bytes needs a new number. */
export const SEAL_VERSION = 1;

const CIPHER = "aes-256-gcm";
/** AES-256. */
const KEY_BYTES = 32;
/** NIST SP 800-38D §8.2.2; every content key seals one message, so a random nonce can't repeat under it. */
const NONCE_BYTES = 12;
/** Given explicitly, because without it Node accepts tags of 4 bytes when opening. */
const TAG_BYTES = 16;

/** Where a sealed value belongs. All of it is authenticated: moved or edited, it no longer opens. */
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

/** Seals `value` for its context with the ring's active key. Wipes `wrap`, which has no further use. */
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
 * @throws UnreadableError, with no detail, when anything about it is not as it was sealed.
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

/** A JSON array of fixed order: unambiguous, since every string in it is quoted and escaped. */
function additionalData(version: number, kid: string, context: SealContext): Buffer {
  const { secretId, projectId, vaultId, expiresAtMs } = context;
  return Buffer.from(JSON.stringify([version, secretId, projectId, vaultId, kid, expiresAtMs]));
}
