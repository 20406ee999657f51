import type { KeyRing } from "../crypto/key-ring.ts";
import type { Logger } from "../logging/log.ts";

/**
 * Reloads the ring, which another replica may have given a new key a moment ago. What met a missing key changed
 * nothing, so it may be asked again, but only if there is a reason to: once more for each change.
 */
export async function reloadIfChanged({ keyRing, log }: { keyRing: KeyRing; log: Logger }): Promise<boolean> {
  const { keys } = keyRing;
  try {
    await keyRing.reload?.();
  } catch (err) {
    log.error({ err }, "the encryption keys can't be read again");
  }
  return keyRing.keys !== keys;
}
