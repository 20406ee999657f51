/** Length of a server encryption key, in bytes. */
export const KEY_BYTES = 32;

/** The server's encryption keys by their `kid`. New secrets are sealed with the active one. */
export interface KeyRing {
  readonly activeKid: string;
  readonly keys: ReadonlyMap<string, Buffer>;
}

/**
 * The key called `kid`.
 *
 * @throws Error when the ring has none; callers select rows by the ring's own kids, so that is a defect.
 */
export function keyOf(ring: KeyRing, kid: string): Buffer {
  const key = ring.keys.get(kid);
  if (!key) throw new Error("no such key in the ring");
  return key;
}
