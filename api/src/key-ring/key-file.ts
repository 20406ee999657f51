import { open, realpath } from "node:fs/promises";
import { writeAtomically } from "../process/atomic-write.ts";
import { StartError } from "../process/start-error.ts";
import { formatKeys, parseKeys, type ServerKey } from "./key-format.ts";

/** Thousands of keys: whatever is larger is another file. */
const MAX_BYTES = 256 * 1024;

/** Permissions that other users than the owner may have: none. */
const OTHERS = 0o077;

/** The file of keys can't be used. The message says why and what to do, and repeats nothing of it. */
export class KeyFileError extends StartError {
  override name = "KeyFileError";
}

/** The file of keys as it was read. */
export interface KeyFile {
  /** The file itself, where the path given was a symbolic link. */
  path: string;
  bytes: Buffer;
  uid: number;
  gid: number;
}

/**
 * Reads the file of keys. It must belong to one user only: no permissions for group and others.
 *
 * @returns undefined when there is no such file.
 * @throws KeyFileError when it can't be read, or others can.
 */
export async function readKeyFile(path: string): Promise<KeyFile | undefined> {
  try {
    const handle = await open(path, "r");
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw new KeyFileError(`${path} must be a file that holds encryption keys.`);
      if (stats.mode & OTHERS) {
        throw new KeyFileError(`${path} can be read or changed by other users. Run: chmod 600 ${path}`);
      }
      if (stats.size > MAX_BYTES) throw new KeyFileError(`${path} is too large to be a list of keys.`);
      return { path: await realpath(path), bytes: await handle.readFile(), uid: stats.uid, gid: stats.gid };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof KeyFileError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new KeyFileError(`${path}, the file of encryption keys, can't be read (${code}).`);
  }
}

/**
 * The keys in it, the active one first.
 *
 * @throws KeyFileError for anything but well-formed keys that look random.
 */
export function keysIn({ path, bytes }: KeyFile): ServerKey[] {
  const { keys, problems } = parseKeys(bytes.toString("utf8"));
  if (problems.length > 0) throw new KeyFileError(`${path} ${problems.join("; and ")}`);
  return keys;
}

/**
 * Puts `keys` in place of what the file holds, all at once and durably, for the same owner as before.
 *
 * @throws the file system's error; the file is then as it was.
 */
export function writeKeyFile(path: string, keys: readonly ServerKey[], owner?: { uid: number; gid: number }) {
  return writeAtomically(path, formatKeys(keys), owner);
}
