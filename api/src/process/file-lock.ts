import { chmodSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** What SQLite reports when another connection holds the lock: https://sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

export interface FileLock {
  /** Releases the lock. A second call does nothing. */
  release(): void;
}

/**
 * All locks that this process holds. A lock lasts as long as its file is open, so the file must not be garbage collected
 * (and thereby closed) when a caller drops its handle.
 */
const held = new Set<DatabaseSync>();

/**
 * Locks `file`, which serves only as a lock, for this process until it calls `release()` or dies.
 *
 * The lock is the kernel's (fcntl), so it also ends with a `kill -9` and holds across containers that share the folder.
 * Node has no call for such locks, but the SQLite inside it does: an exclusive transaction on an empty database is one,
 * on Linux and macOS alike, within one process too. Only SQLite may open the file: POSIX drops a process's fcntl locks
 * when it closes any descriptor of it. The file is never deleted: otherwise two processes could lock two different files.
 *
 * @returns undefined if another process, or an earlier call in this one, holds it.
 * @throws SQLite's error if the file can't be created or its file system has no locks.
 */
export function tryLockFile(file: string): FileLock | undefined {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    // Otherwise SQLite leaves a journal file next to the lock.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    chmodSync(file, 0o600);
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  held.add(database);
  return {
    release() {
      if (held.delete(database)) database.close();
    },
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}
