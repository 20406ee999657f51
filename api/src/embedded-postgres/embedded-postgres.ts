import { findBinariesPackage, placeBinaries } from "./binaries.ts";
import { clusterFolder, ensureCluster, readSuperuserPassword } from "./cluster.ts";
import { type FolderLock, lockFolder, openDataDir } from "./data-folder.ts";
import { openDatabase } from "./database.ts";
import { findPlace } from "./place.ts";
import { type Server, type ServerExit, startServer } from "./server.ts";
import { SYSTEM_DIR } from "./system-user.ts";

export { DataDirInUseError } from "./data-folder.ts";
export type { ServerExit } from "./server.ts";

/** A PostgreSQL server that belongs to this process. */
export interface EmbeddedPostgres {
  /**
   * `postgres://ttl_secrets:<password>@127.0.0.1:<port>/ttl_secrets`, valid until `stop()`. The role owns the database and
   * may create others, but is not a superuser.
   */
  readonly url: string;
  /** Resolves if the server exits without `stop()`; else never. */
  readonly exited: Promise<ServerExit>;
  /**
   * Stops the server in order, or immediately after 10 seconds, and releases the folder. Open connections are closed. A
   * second call does nothing.
   */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Folder of the database; created with mode 0700 if missing. */
  dataDir: string;
  /** Called with one line about each slow step and each fact that the operator should know. */
  onProgress?: (line: string) => void;
  /** PostgreSQL settings, such as `{ fsync: "off" }` for tests. They override the defaults. */
  settings?: Record<string, string>;
  /** Where root keeps what can't be in a folder that other users may not enter. */
  systemDir?: string;
}

/**
 * Starts PostgreSQL on the database in `dataDir`, which the first start creates (about a second), on a free port of
 * 127.0.0.1. Recovers from what a killed start left behind, including a running server. The caller must call `stop()`
 * before it exits; this installs no signal handlers.
 *
 * @throws DataDirInUseError if another live process uses the folder.
 * @throws Error with one clear line, and the last lines of the server's log if any, if the server does not start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { onProgress = () => {}, settings = {}, systemDir = SYSTEM_DIR } = options;
  if (process.platform === "win32") {
    throw new Error(
      "The built-in database does not run on Windows. Set DATABASE_URL to a PostgreSQL 14 or later.",
    );
  }

  const dataDir = await openDataDir(options.dataDir);
  const locks: FolderLock[] = [lockFolder(dataDir)];
  const release = () => {
    for (const lock of locks) lock.release();
  };
  let server: Server | undefined;
  try {
    const { base, user } = await findPlace(dataDir, systemDir, onProgress);
    // A copy of the data folder refers to the same place, so that place has a lock of its own.
    if (base !== dataDir) locks.push(lockFolder(base));
    const binaries = await placeBinaries(await findBinariesPackage(), user, systemDir);
    await ensureCluster(base, binaries, user, {
      sync: settings.fsync !== "off",
      onMake: () => onProgress(`Making a database in ${base} (first start only).`),
    });
    const cluster = clusterFolder(base);
    const password = await readSuperuserPassword(base);
    server = await startServer({ binaries, cluster, user, settings, onProgress });
    const url = await openDatabase(server.port, password);
    const { stop, exited } = server;
    return { url, exited, stop: () => stop().finally(release) };
  } catch (error) {
    await server?.stop();
    release();
    throw error;
  }
}
