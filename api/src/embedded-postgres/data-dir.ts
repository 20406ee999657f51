import { mkdir, realpath } from "node:fs/promises";
import { dirname } from "node:path";

/** The folder cannot hold a database. `message` is one line that says why and what to do. */
export class UnusableDataDirError extends Error {
  override readonly name = "UnusableDataDirError";

  constructor(folder: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `${folder} cannot hold the database (${reason}). Set DATA_DIR to a folder on a local disk that belongs to the user who starts TTL Secrets.`,
      { cause },
    );
  }
}

/**
 * Makes `folder` with mode 0700 if it is missing, and the folders above it with the usual one.
 *
 * @returns its absolute path without symbolic links, by which a running server is known again.
 * @throws UnusableDataDirError if it cannot be made or entered.
 */
export async function openDataDir(folder: string): Promise<string> {
  try {
    await mkdir(dirname(folder), { recursive: true });
    await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    return await realpath(folder);
  } catch (error) {
    throw new UnusableDataDirError(folder, error);
  }
}
