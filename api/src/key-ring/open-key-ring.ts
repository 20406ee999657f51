import type { Database } from "../db/client.ts";
import type { KeyRotation } from "../jobs/key-rotation.ts";
import type { Logger } from "../logging/log.ts";
import { FileKeyRing } from "./file-key-ring.ts";
import { readKeyFile } from "./key-file.ts";
import { rotateKeys } from "./rotate-keys.ts";

/**
 * The ring kept in the file at `path`. Where this process is the one that rotates, a file that does not exist yet is made,
 * so that a first start takes no key of the operator's making; where another does, the file has to be there, or two
 * replicas that don't see the same folder would each begin a ring of their own. The database must have its tables.
 *
 * @throws KeyFileError when the file can't be used, or is gone while pending secrets need keys that were in it.
 */
export async function openKeyRing(
  { db, path, log }: { db: Pick<Database, "sql">; path: string; log: Logger },
  rotation: KeyRotation,
): Promise<FileKeyRing> {
  if (rotation === "daily" && !(await readKeyFile(path))) {
    const { added } = await rotateKeys({ db, path });
    // Another replica may have made it meanwhile.
    if (added.length > 0) {
      log.warn(
        { file: path, kids: added },
        "made the file of encryption keys, which did not exist: every replica needs this very file, and no backup of the database may hold it",
      );
    }
  }
  return FileKeyRing.open(path);
}
