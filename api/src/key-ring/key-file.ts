import { open, realpath } from "node:fs/promises";
import { writeAtomically } from "../process/atomic-write.ts";
import { StartError } from "../process/start-error.ts";
import { formatKeys, parseKeys, type ServerKey } from "./key-format.ts";

/** Room for thousands of keys. A larger file is something else. */
const MAX_BYTES = 256 * 1024;

/** Permission bits of group and others, none of which may be set. */
const OTHERS = 0o077;

/** The key file is not usable. The message says why and what to do, and holds none of the file's content. */
export class KeyFileError extends StartError {
  override name = "KeyFileError";
}

/** A key file as it was read. */
export interface KeyFile {
  /** Real path, with symbolic links resolved. */
  path: string;
  bytes: Buffer;
  uid: number;
  gid: number;
}

/**
 * Reads a key file. Group and others must have no permissions on it.
 *
 * @returns undefined if the file does not exist.
 * @throws KeyFileError if it can't be read, or other users can read it.
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
 * Keys in a key file, the active one first.
 *
 * @throws KeyFileError for anything but well-formed keys that look random.
 */
export function keysIn({ path, bytes }: KeyFile): ServerKey[] {
  const { keys, problems } = parseKeys(bytes.toString("utf8"));
  if (problems.length > 0) throw new KeyFileError(`${path} ${problems.join("; and ")}`);
  return keys;
}

/**
 * Replaces the file's content by `keys`, atomically and durably, with the given owner.
 *
 * @throws the file system's error; the file is then as it was.
 */
export function writeKeyFile(path: string, keys: readonly ServerKey[], owner?: { uid: number; gid: number }) {
  return writeAtomically(path, formatKeys(keys), { owner });
}
