import { chmodSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** What SQLite reports when another connection holds the lock: https://sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

export interface FileLock {
  /** Gives the lock up. A second call is harmless. */
  release(): void;
}

/**
 * Every lock this process holds. A lock lives as long as its open file does, so the file must not be garbage
 * collected (and thereby closed) when a caller drops its handle.
 */
const held = new Set<DatabaseSync>();

/**
 * Makes this process the only holder of `file`, a file for nothing but this, until it calls `release()` or dies.
 *
 * The lock is the kernel's (fcntl), so it also ends with a `kill -9` and holds across containers that share the folder.
 * Node has no call for such locks, but the SQLite inside it does: an exclusive transaction on an empty database is one,
 * on Linux and macOS alike, within one process too. Only SQLite may open the file: POSIX drops a process's fcntl locks
 * when it closes any descriptor of it. And it stays for ever: whoever unlinks a lock file lets two processes lock two
 * different files.
 *
 * @returns undefined if another process, or an earlier call in this one, holds it.
 * @throws SQLite's error if the file can't be made or its file system has no locks.
 */
export function tryLockFile(file: string): FileLock | undefined {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    // Without this SQLite leaves a journal file beside the lock.
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
