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
   * may make more, but is no superuser.
   */
  readonly url: string;
  /** Resolves if the server exits without `stop()`; else never. */
  readonly exited: Promise<ServerExit>;
  /**
   * Stops the server in order, or after 10 seconds at once, and gives the folder up. Open connections are closed.
   * A second call is harmless.
   */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** The folder that holds the database; made (mode 0700) if missing. */
  dataDir: string;
  /** Gets a line for people about each thing that takes a while or that they should know. */
  onProgress?: (line: string) => void;
  /** PostgreSQL settings, such as `{ fsync: "off" }` for tests. They win over the ones chosen here. */
  settings?: Record<string, string>;
  /** Where root keeps what cannot lie in a folder closed to other users. */
  systemDir?: string;
}

/**
 * Starts PostgreSQL on a database in `dataDir`, which is made at the first start (about a second), on a free port of
 * 127.0.0.1. It recovers by itself from whatever a killed start left behind, a running server included. The caller must
 * call `stop()` before it exits; no signal handlers are installed here.
 *
 * @throws DataDirInUseError if another live process uses the folder.
 * @throws Error with one clear line, and the server's last ones where it has some, if the server cannot be had.
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
    // A copy of the data folder leads to the same place, so that place has a lock of its own.
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
