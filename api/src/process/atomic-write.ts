import { randomUUID } from "node:crypto";
import { open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Age in ms from which a draft of a shared file was left behind by a crash. Writing one takes milliseconds. */
const LEFTOVER_MS = 10 * 60_000;

/** What the name of a draft adds to that of its file. Earlier releases used `.new` alone. */
const DRAFT = /^\.(?:[0-9a-f-]{36}\.)?new$/;

/**
 * Replaces a file's content by `text`, or creates the file, readable by its owner only. Readers, and processes that start
 * after a crash at any moment, find either the complete old text or the complete new one. The new one is durable when
 * this resolves. Removes drafts that a crash left behind.
 *
 * @param owner of the new file, if not this process's user.
 * @param isShared whether others may write the file at the same time. Then the last one wins, and a draft counts as left
 *   behind after ten minutes. Otherwise the caller makes sure that it is the only writer.
 * @throws the file system's error; the file then stays the same.
 */
export async function writeAtomically(
  path: string,
  text: string,
  { owner, isShared = false }: { owner?: { uid: number; gid: number } | undefined; isShared?: boolean } = {},
): Promise<void> {
  await removeLeftovers(path, isShared ? LEFTOVER_MS : 0);
  const draft = `${path}.${randomUUID()}.new`;
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

async function removeLeftovers(path: string, ageMs: number): Promise<void> {
  const [folder, name] = [dirname(path), basename(path)];
  const isDraft = (other: string) => other.startsWith(name) && DRAFT.test(other.slice(name.length));
  for (const draft of (await readdir(folder)).filter(isDraft)) {
    // Another writer may rename it meanwhile.
    const stats = ageMs > 0 ? await stat(join(folder, draft)).catch(() => undefined) : { mtimeMs: 0 };
    if (stats && Date.now() - stats.mtimeMs >= ageMs) await rm(join(folder, draft), { force: true });
  }
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
