import { chown, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Database } from "../db/client.ts";
import { type FileLock, tryLockFile } from "../process/file-lock.ts";
import { KeyFileError, keysIn, readKeyFile, writeKeyFile } from "./key-file.ts";
import type { ServerKey } from "./key-format.ts";
import { keyUse } from "./keys-in-use-store.ts";
import { planRotation } from "./plan-rotation.ts";

/** Seconds to wait for another process that works on the file; what it does takes milliseconds. */
const LOCK_SECONDS = 20;

/** What was done to the keys, and what they are now. Kids are no secrets: every stored payload names one. */
export interface Rotation {
  /** The kid that seals from now on. */
  active: string;
  /** Kids added and dropped just now. */
  added: string[];
  dropped: string[];
  /** Kids kept because a pending secret may still need them. */
  kept: string[];
  /** Kids that pending secrets need and the file has not: these secrets can't be opened until it has them again. */
  missing: string[];
}

/**
 * Brings the keys in the file at `path` up to date: adds a new one to seal with when it is time for it, or when
 * `force` asks for one, and drops those that no payload can refer to any more. Replicas and commands may call it at the same time, on one
 * file: a lock beside it lets one through and the others find nothing left to do. A file that is missing is made,
 * unless a pending secret needs a key that was in it. Root leaves both files to whom the keys, or else their folder,
 * belong to, who is the server's user.
 *
 * @throws KeyFileError when the file can't be read, is readable by others, holds anything but good keys, or can't be
 *   replaced; the driver's error when the database can't be asked. The keys are then as they were.
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

/** Whom root is to leave the files to: whom the keys belong to, or where there are none yet, their folder. */
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

/** Never more than one process is past this. One that dies lets go. */
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
