import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type FileLock, tryLockFile } from "../process/file-lock.ts";

/** The folder can't hold a database. `message` is one line that says why and what to do. */
class UnusableDataDirError extends Error {
  override readonly name = "UnusableDataDirError";

  constructor(folder: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `${folder} can't hold the database (${reason}). Set DATA_DIR to a folder on a local disk that belongs to the user who starts TTL Secrets.`,
      { cause },
    );
  }
}

/** Another process holds the folder. `message` is one line that names the folder and says what to do. */
export class DataDirInUseError extends Error {
  override readonly name = "DataDirInUseError";

  constructor(folder: string, pid: number | undefined) {
    const holder = pid === undefined ? "another running TTL Secrets" : `another TTL Secrets (process ${pid})`;
    super(`${folder} is in use by ${holder}. Stop that one first, or set DATA_DIR to a different folder.`);
  }
}

/**
 * Creates `folder` with mode 0700 if it is missing, and its parents with the default mode.
 *
 * @returns its absolute path without symbolic links, which identifies a running server.
 * @throws UnusableDataDirError if it can't be created or entered.
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

export interface FolderLock {
  /** Releases the folder. A second call does nothing. */
  release(): void;
}

/**
 * Locks `folder`, which must exist, for this process until it calls `release()` or dies.
 *
 * It is a kernel lock on `<folder>/lock`, so it does not rely on process ids, and it covers the time before the server
 * runs.
 *
 * A PostgreSQL advisory lock would not do: it can't cover initdb, leaves a gap between "the server accepts connections"
 * and "locked", and is lost silently when a backend crashes and the postmaster resets all sessions. The app would keep
 * running, and the next start would take its server for an orphan.
 *
 * @throws DataDirInUseError if another process, or an earlier call in this one, holds the folder.
 * @throws UnusableDataDirError if the folder can't be written or its file system has no locks.
 */
export function lockFolder(folder: string): FolderLock {
  const lock = openLock(folder);
  if (!lock) throw new DataDirInUseError(folder, readHolder(folder));
  // Used only for the message above, never for a decision.
  writeFileSync(holderFile(folder), `${process.pid}\n`, { mode: 0o600 });
  let released = false;
  return {
    release() {
      if (released) return;
      released = true;
      rmSync(holderFile(folder), { force: true });
      lock.release();
    },
  };
}

/**
 * As `lockFolder`, but waits up to `seconds` for another process to release the folder.
 *
 * @throws DataDirInUseError if it is still held then.
 */
export async function waitForFolder(folder: string, seconds = 60): Promise<FolderLock> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return lockFolder(folder);
    } catch (error) {
      if (!(error instanceof DataDirInUseError) || Date.now() >= deadline) throw error;
    }
    await setTimeout(50);
  }
}

function openLock(folder: string): FileLock | undefined {
  try {
    return tryLockFile(join(folder, "lock"));
  } catch (error) {
    throw new UnusableDataDirError(folder, error);
  }
}

function holderFile(folder: string): string {
  return join(folder, "lock.pid");
}

function readHolder(folder: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(holderFile(folder), "utf8"), 10);
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined; // The holder has not written it yet.
  }
}
