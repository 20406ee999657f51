import type { Database } from "../db/client.ts";
import type { FileKeyRing } from "../key-ring/file-key-ring.ts";
import { KeyFileError } from "../key-ring/key-file.ts";
import { DifferingKeyError } from "../key-ring/known-keys.ts";
import type { KeyRotation } from "../key-ring/open-key-ring.ts";
import { rotateKeys } from "../key-ring/rotate-keys.ts";
import type { Logger } from "../logging/log.ts";
import { type Repeated, repeat } from "../process/every-interval.ts";

/** Seconds between two reads of the file. A request that needs a newer ring reads it at once. */
const INTERVAL_SECONDS = 60;

interface RotationDeps {
  db: Pick<Database, "sql">;
  ring: FileKeyRing;
  log: Logger;
}

/** Reloads the key file every minute and, with `daily`, rotates its keys when they are due. */
export function startKeyRotation(deps: RotationDeps, rotation: KeyRotation): Repeated {
  const { log } = deps;
  const run = () => runKeyRotation(deps, rotation);
  return repeat(run, INTERVAL_SECONDS, { log, failure: "key rotation failed and will be tried again" });
}

/** Rotates the keys if `daily` and due, then reloads the file. A file that can't be used is logged, not thrown. */
export async function runKeyRotation({ db, ring, log }: RotationDeps, rotation: KeyRotation): Promise<void> {
  try {
    if (rotation === "daily") {
      const { added, dropped, missing } = await rotateKeys({ db, path: ring.path });
      if (added.length > 0) log.info({ kids: added }, "a new encryption key is active");
      if (dropped.length > 0) log.info({ kids: dropped }, "unused encryption keys were destroyed");
      if (missing.length > 0)
        log.error({ kids: missing }, "pending secrets need keys that are not in the ring");
    }
    await ring.reload();
  } catch (error) {
    if (!(error instanceof KeyFileError || error instanceof DifferingKeyError)) throw error;
    // Its message is ours and states the fix; the log drops messages of other errors.
    log.error({ file: ring.path, problem: error.message }, "the key file can't be used");
  }
}
