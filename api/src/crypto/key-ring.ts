/** Length of a server encryption key, in bytes. */
export const KEY_BYTES = 32;

/** The server's encryption keys by their `kid`. New secrets are sealed with the active one. */
export interface KeyRing {
  readonly activeKid: string;
  readonly keys: ReadonlyMap<string, Buffer>;
  /**
   * For a ring that can change while the process runs: takes over what was added or dropped.
   *
   * @throws Error when it can't. Then it is not known whether the active key is still kept anywhere, and nothing may
   *   be sealed with it.
   */
  reload?(): Promise<void>;
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
