import type { Database } from "../db/client.ts";
import type { FileKeyRing } from "../key-ring/file-key-ring.ts";
import { KeyFileError } from "../key-ring/key-file.ts";
import { rotateKeys } from "../key-ring/rotate-keys.ts";
import type { Logger } from "../logging/log.ts";
import { type Repeated, repeat } from "../process/every-interval.ts";

/** Seconds between two looks at the file. Requests that need a newer ring than is in memory don't wait for it. */
const INTERVAL_SECONDS = 60;

/** How the keys in a file get replaced: by this process when they are due, or by somebody else. */
export type KeyRotation = "daily" | "manual";

interface KeeperDeps {
  db: Pick<Database, "sql">;
  ring: FileKeyRing;
  log: Logger;
}

/** Keeps the ring in memory as the file has it, and with `daily` the file itself up to date. */
export function startKeyRotation(deps: KeeperDeps, rotation: KeyRotation): Repeated {
  const { log } = deps;
  const keep = () => keepKeys(deps, rotation);
  return repeat(keep, INTERVAL_SECONDS, { log, failure: "the encryption keys could not be kept" });
}

/** One look: rotates if it is time for that, and takes over what the file holds now. */
export async function keepKeys({ db, ring, log }: KeeperDeps, rotation: KeyRotation): Promise<void> {
  try {
    if (rotation === "daily") {
      const { added, dropped, missing } = await rotateKeys({ db, path: ring.path });
      if (added.length > 0) log.info({ kids: added }, "a new encryption key seals from now on");
      if (dropped.length > 0)
        log.info({ kids: dropped }, "encryption keys that nothing needs were destroyed");
      if (missing.length > 0)
        log.error({ kids: missing }, "pending secrets need keys that are not in the ring");
    }
    await ring.reload();
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error;
    // Its words are ours, and a log without them would not say what to do.
    log.error({ file: ring.path, problem: error.message }, "the file of encryption keys can't be used");
  }
}
