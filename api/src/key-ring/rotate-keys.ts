import { chown, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Database } from "../db/client.ts";
import { type FileLock, tryLockFile } from "../process/file-lock.ts";
import { KeyFileError, keysIn, readKeyFile, writeKeyFile } from "./key-file.ts";
import type { ServerKey } from "./key-format.ts";
import { keyUse } from "./keys-in-use-store.ts";
import { planRotation } from "./plan-rotation.ts";

/** Seconds to wait for another process that changes the file, which takes milliseconds. */
const LOCK_SECONDS = 20;

/** Result of a rotation. Kids are not secret: every stored payload names one. */
export interface Rotation {
  /** Kid of the key that seals from now on. */
  active: string;
  /** Kids that this rotation added and dropped. */
  added: string[];
  dropped: string[];
  /** Kids kept because a pending secret may still need them. */
  kept: string[];
  /** Kids that pending secrets need but the file lacks. These secrets can't be opened until it has them again. */
  missing: string[];
}

/**
 * Rotates the keys in the file at `path`: adds an active key when one is due, or with `force`, and drops keys that no
 * payload can refer to any more. Replicas and commands may call it concurrently on one file: a lock file admits one, and
 * the others then find nothing to do. Creates a missing file, unless a pending secret needs a key that was in it. Run by
 * root, it gives both files to the owner of the keys, or of their folder, which is the server's user.
 *
 * @throws KeyFileError when the file can't be read, is readable by others, holds an unusable key, or can't be
 *   replaced; the driver's error when a query fails. The keys then stay the same.
 */
export async function rotateKeys(
  { db, path }: { db: Pick<Database, "sql">; path: string },
  { force = false }: { force?: boolean } = {},
): Promise<Rotation> {
  const lock = await waitForLock(`${path}.lock`);
  try {
    const owner = await ownerFor(path);
    if (owner) await chown(`${path}.lock`, owner.uid, owner.gid);
    const use = await keyUse(db);
    const file = await readKeyFile(path);
    const before = file ? keysIn(file) : [];
    if (!file && use.kidsInUse.size > 0) {
      const kids = [...use.kidsInUse].join(", ");
      throw new KeyFileError(
        `${path} does not exist, and pending secrets need keys that were in it (${kids}). Restore it.`,
      );
    }
    const after = planRotation(before, use, { force });
    if (after !== before) await write(file?.path ?? path, after, owner ?? file);
    return rotationOf(before, after, use.kidsInUse);
  } finally {
    lock.release();
  }
}

async function write(path: string, keys: readonly ServerKey[], owner: Owner | undefined) {
  try {
    await writeKeyFile(path, keys, owner);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new KeyFileError(`${path}, the file of encryption keys, can't be replaced (${code}).`);
  }
}

interface Owner {
  uid: number;
  gid: number;
}

/** The owner to set when root runs this: that of the key file, or of its folder if there is none. */
async function ownerFor(path: string): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const { uid, gid } = await stat(path).catch(() => stat(dirname(path)));
  return { uid, gid };
}

function rotationOf(
  before: readonly ServerKey[],
  after: readonly ServerKey[],
  inUse: ReadonlySet<string>,
): Rotation {
  const [former, current] = [before, after].map((keys) => keys.map(({ kid }) => kid)) as [string[], string[]];
  return {
    active: current[0] ?? "",
    added: current.filter((kid) => !former.includes(kid)),
    dropped: former.filter((kid) => !current.includes(kid)),
    kept: current.slice(1),
    missing: [...inUse].filter((kid) => !current.includes(kid)),
  };
}

/** Admits one process at a time. The lock ends with the process. */
async function waitForLock(path: string): Promise<FileLock> {
  const deadline = Date.now() + LOCK_SECONDS * 1000;
  for (;;) {
    const lock = tryLock(path);
    if (lock) return lock;
    if (Date.now() >= deadline)
      throw new KeyFileError(`${path} is held by another process. Try again later.`);
    await setTimeout(20);
  }
}

function tryLock(path: string): FileLock | undefined {
  try {
    return tryLockFile(path);
  } catch {
    throw new KeyFileError(
      `${path} can't be locked: its folder must be writable, on a file system that has locks.`,
    );
  }
}
