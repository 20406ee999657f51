import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

/** The prefix by which people and secret scanners recognise a key. */
const PREFIX = "ttlk_";

/** 256 bits; 128 would suffice. */
const KEY_BYTES = 32;

/** A CRC-32 of the random bytes, which follows them: a mistyped or truncated key is rejected without a query. */
const CHECKSUM_BYTES = 4;

// 36 bytes are 48 base64url characters exactly, so no character carries unused bits and every key has one spelling.
const KEY = /^ttlk_[A-Za-z0-9_-]{48}$/;

/** A new API key: `ttlk_` and 48 characters of base64url (RFC 4648 §5) from the system's CSPRNG. */
export function newApiKey(): string {
  const random = randomBytes(KEY_BYTES);
  return PREFIX + Buffer.concat([random, checksumOf(random)]).toString("base64url");
}

/** Whether `text` has the shape and the checksum of a key. Any other text was never issued and needs no query. */
export function isApiKey(text: string): boolean {
  if (!KEY.test(text)) return false;
  const bytes = Buffer.from(text.slice(PREFIX.length), "base64url");
  return checksumOf(bytes.subarray(0, KEY_BYTES)).equals(bytes.subarray(KEY_BYTES));
}

/**
 * SHA-256 of the key, 32 bytes: the only form that is stored. A plain hash suffices: 256 random bits can't be guessed, so a slow
 * hash would protect nothing. Keys are looked up by hash, so none is compared byte by byte.
 */
export function hashApiKey(key: string): Buffer {
  return createHash("sha256").update(key, "ascii").digest();
}

function checksumOf(bytes: Buffer): Buffer {
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32BE(crc32(bytes));
  return checksum;
}
