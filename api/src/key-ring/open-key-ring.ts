import type { Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";
import { FileKeyRing } from "./file-key-ring.ts";
import { readKeyFile } from "./key-file.ts";
import { recordKeys } from "./known-keys.ts";
import { rotateKeys } from "./rotate-keys.ts";

/** Who rotates the keys in the file: this process when they are due, or the operator. */
export type KeyRotation = "daily" | "manual";

/**
 * Opens the key ring in the file at `path`. If this process rotates the keys, it creates a missing file, so that the first
 * start needs no key from the operator. Otherwise the file must exist: two replicas that do not share the folder would
 * each create a ring of their own. The database must be migrated.
 *
 * @throws KeyFileError when the file can't be used, or is missing while pending secrets need keys that were in it;
 *   DifferingKeyError when the database knows another key under a kid of the file.
 */
export async function openKeyRing(
  { db, path, log }: { db: Pick<Database, "sql">; path: string; log: Logger },
  rotation: KeyRotation,
): Promise<FileKeyRing> {
  if (rotation === "daily" && !(await readKeyFile(path))) {
    const { added } = await rotateKeys({ db, path });
    // Another replica may have created it in the meantime.
    if (added.length > 0) {
      log.warn(
        { file: path, kids: added },
        "created the file of encryption keys: every replica needs this file, and no backup of the database may contain it",
      );
    }
  }
  return FileKeyRing.open(path, (keys) => recordKeys(db, keys));
}
