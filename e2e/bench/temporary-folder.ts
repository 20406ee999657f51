import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A new folder that every user may enter: run as root, the product would else keep its database in the system's folder,
 * where it stays when this one is removed.
 */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ttl-secrets-bench-"));
  await chmod(folder, 0o711);
  return folder;
}
