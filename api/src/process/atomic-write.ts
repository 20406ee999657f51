import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Puts `text` in place of what a file holds, or makes it, readable by its owner only. A reader, or a process that
 * starts after a crash at any moment, finds the whole of the old text or the whole of the new one; once this has
 * resolved, the new one is on the disk. One writer at a time: the draft has a fixed name, so that what a crash leaves
 * of it is overwritten by the next.
 *
 * @param owner of the new file, if not this process's user.
 * @throws the file system's error; the file is then as it was.
 */
export async function writeAtomically(
  path: string,
  text: string,
  owner?: { uid: number; gid: number },
): Promise<void> {
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  try {
    const handle = await open(draft, "wx", 0o600);
    try {
      await handle.writeFile(text);
      // A file that its readers may no longer open would stop them all: so its owner stays, or nothing happens.
      const { uid, gid } = await handle.stat();
      if (owner && (owner.uid !== uid || owner.gid !== gid)) await handle.chown(owner.uid, owner.gid);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Makes the renames in a folder durable: it is the folder that holds the names. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
