import { hkdfSync } from "node:crypto";

/** Length of a server encryption key, in bytes. */
export const KEY_BYTES = 32;

/** The server's encryption keys by `kid`. New secrets are sealed with the active one. */
export interface KeyRing {
  readonly activeKid: string;
  readonly keys: ReadonlyMap<string, Buffer>;
  /**
   * Of a ring that can change while the process runs: reloads its keys.
   *
   * @throws Error when it can't. The active key may then no longer be stored anywhere, so nothing may be sealed with it.
   */
  reload?(): Promise<void>;
}

/**
 * The key with this `kid`.
 *
 * @throws Error when the ring has none; callers select rows by the ring's own kids, so that is a defect.
 */
export function keyOf(ring: KeyRing, kid: string): Buffer {
  const key = ring.keys.get(kid);
  if (!key) throw new Error("no such key in the ring");
  return key;
}

/**
 * What identifies a key without revealing it: 32 bytes of HKDF-SHA256 from the key, under an info of their own. Keys are
 * random, so the value helps no one to guess one.
 */
export const keyCheckValue = (key: Buffer): Buffer =>
  Buffer.from(hkdfSync("sha256", key, "", "ttl-secrets key check value", 32));
