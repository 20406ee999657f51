import type { KeyRing } from "../crypto/key-ring.ts";
import type { Logger } from "../logging/log.ts";

/**
 * Reloads the ring, to which another replica may just have added a key. Returns whether it changed: a request that failed
 * for a missing key changed nothing, so the caller may retry it once per change.
 */
export async function reloadIfChanged({ keyRing, log }: { keyRing: KeyRing; log: Logger }): Promise<boolean> {
  const { keys } = keyRing;
  try {
    await keyRing.reload?.();
  } catch (err) {
    log.error({ err }, "the encryption keys could not be reloaded");
  }
  return keyRing.keys !== keys;
}
