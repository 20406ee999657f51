import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { UnusableDataDirError } from "./data-dir.ts";

/** What SQLite reports when another connection holds the lock: https://sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

/** Another live app holds the folder. `message` is one line that names the folder and says what to do. */
export class DataDirInUseError extends Error {
  override readonly name = "DataDirInUseError";

  constructor(folder: string, pid: number | undefined) {
    const holder = pid === undefined ? "another running TTL Secrets" : `another TTL Secrets (process ${pid})`;
    super(`${folder} is in use by ${holder}. Stop that one first, or set DATA_DIR to a different folder.`);
  }
}

export interface FolderLock {
  /** Gives the folder up. A second call is harmless. */
  release(): void;
}

/**
 * Every lock this process holds. A lock lives as long as its open file does, so the file must not be garbage
 * collected (and thereby closed) when a caller drops its handle.
 */
const held = new Set<DatabaseSync>();

/**
 * Makes this process the only one to use `folder`, which must exist, until it calls `release()` or dies.
 *
 * The lock is the kernel's (fcntl, on `<folder>/lock`), so it also ends with a `kill -9`, needs no guess
 * about process ids, holds across containers that share the folder, and covers the time before there is a
 * server to ask. Node has no call for such locks, but the SQLite inside it does: an exclusive transaction on
 * an empty database is one, on Linux and macOS alike, within one process too.
 *
 * A PostgreSQL advisory lock was the alternative. It cannot cover initdb, leaves a gap between "the server
 * accepts connections" and "locked", and is lost without a word when one backend crashes and the postmaster
 * resets all sessions: the app lives on, and the next start takes its server for an orphan.
 *
 * @throws DataDirInUseError if another process, or an earlier call in this one, holds the folder.
 * @throws UnusableDataDirError if the folder cannot be written or its file system has no locks.
 */
export function lockFolder(folder: string): FolderLock {
  const database = openLockFile(folder);
  try {
    // Without this SQLite leaves a journal file beside the lock.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (isBusy(error)) throw new DataDirInUseError(folder, readHolder(folder));
    throw new UnusableDataDirError(folder, error);
  }
  held.add(database);
  chmodSync(lockFile(folder), 0o600);
  // Only for the message above: nothing is ever decided by this number.
  writeFileSync(holderFile(folder), `${process.pid}\n`, { mode: 0o600 });
  return {
    release() {
      if (!held.delete(database)) return;
      rmSync(holderFile(folder), { force: true });
      // The lock file itself stays: whoever unlinks a lock file lets two processes lock two different files.
      database.close();
    },
  };
}

/**
 * As `lockFolder`, but waits up to `seconds` for another process to release the folder.
 *
 * @throws DataDirInUseError if it has not by then.
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

/** Only SQLite may open this file: POSIX drops a process's fcntl locks when it closes any descriptor of the file. */
function lockFile(folder: string): string {
  return join(folder, "lock");
}

function openLockFile(folder: string): DatabaseSync {
  try {
    return new DatabaseSync(lockFile(folder), { timeout: 0 });
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

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}
