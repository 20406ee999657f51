import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Replaces a file's content by `text`, or creates the file, readable by its owner only. Readers, and processes that start
 * after a crash at any moment, find either the complete old text or the complete new one. The new one is durable when
 * this resolves. Allows one writer at a time: the draft has a fixed name, so that the next write replaces a leftover.
 *
 * @param owner of the new file, if not this process's user.
 * @throws the file system's error; the file then stays the same.
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
      // Keeps the owner, or fails: with another owner, readers could no longer open the file.
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

/** Makes renames in a folder durable, because the folder holds the names. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
