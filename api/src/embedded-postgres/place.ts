import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, readlink, stat, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { clusterFolder, homeFolder } from "./cluster.ts";
import type { SystemUser } from "./command.ts";
import { closedFolder, findServerUser, giveTo, makeSystemDir, ownerOf } from "./system-user.ts";

/** Where the database of a data folder is, and the account that runs its server. */
export interface Place {
  /** Folder of the cluster's home: the data folder, or its stand-in elsewhere. */
  base: string;
  /** Account that the server runs as; undefined for the app's own. */
  user: SystemUser | undefined;
}

/** Name of the symbolic link in the data folder to its stand-in. */
const POINTER = "database-folder";

/**
 * Finds the place of `dataDir`'s database, or chooses one for a new database.
 *
 * It is in the data folder, so that it follows a mounted volume and goes when the folder is deleted. Only if root starts
 * it and the account that runs the server may not enter that folder (a checkout in root's home), the database goes to a
 * new folder under `systemDir` and a link in the data folder points there: root's folders are never opened to others. The
 * caller holds the data folder's lock.
 *
 * @throws Error if the link is broken, or the owner of an existing database may not enter its folder.
 */
export async function findPlace(
  dataDir: string,
  systemDir: string,
  onProgress: (line: string) => void,
): Promise<Place> {
  if (process.getuid?.() !== 0) return { base: dataDir, user: undefined };

  const base = (await standIn(dataDir)) ?? dataDir;
  if (await exists(clusterFolder(base))) return { base, user: await userOfExisting(base) };

  const user = await findServerUser();
  if (base !== dataDir) return { base, user };
  if ((await closedFolder(dirname(dataDir), user)) === undefined) await letThrough(dataDir, user);
  const closed = await closedFolder(dataDir, user);
  if (closed === undefined) return { base, user };
  return { base: await makeStandIn(dataDir, systemDir, user, closed, onProgress), user };
}

/**
 * The owner of the cluster's files runs its server, so that root can also start a database that an ordinary user, or a
 * container image with other user ids, has created.
 */
async function userOfExisting(base: string): Promise<SystemUser> {
  const cluster = clusterFolder(base);
  let user = await ownerOf(cluster);
  if (user.uid === 0) {
    // Root copied it or restored it from a backup without its owners.
    user = await findServerUser();
    await giveTo(cluster, user);
    await letThrough(homeFolder(base), user);
    await letThrough(base, user);
  }
  const closed = await closedFolder(cluster, user);
  if (closed === undefined) return user;
  throw new Error(
    `The database in ${base} belongs to ${user.name}, who may not enter ${closed}, and PostgreSQL does not run as root. Start TTL Secrets as the user who owns the database, or move its folder to where that user may enter.`,
  );
}

/** Lets the server's group pass through a folder of ours that no one else may enter, without listing it. */
async function letThrough(folder: string, user: SystemUser): Promise<void> {
  const { uid, mode } = await stat(folder);
  const ours = uid === 0 && (mode & 0o067) === 0 && folder !== homedir();
  if (!ours) return;
  await chown(folder, 0, user.gid);
  await chmod(folder, 0o710);
}

/** The folder that holds the database of `dataDir`, or undefined if there is none yet. Creates nothing. */
export async function findExisting(dataDir: string): Promise<string | undefined> {
  const base = (await standIn(dataDir)) ?? dataDir;
  return (await exists(clusterFolder(base))) ? base : undefined;
}

async function standIn(dataDir: string): Promise<string | undefined> {
  const pointer = join(dataDir, POINTER);
  const target = await readlink(pointer).catch(() => undefined);
  if (target === undefined || (await exists(target))) return target;
  // A new database would look as if every account and secret had been deleted.
  throw new Error(
    `The database of ${dataDir} was kept in ${target}, which is gone. Put it back, or delete the link ${pointer} to start with an empty database.`,
  );
}

async function makeStandIn(
  dataDir: string,
  systemDir: string,
  user: SystemUser,
  closed: string,
  onProgress: (line: string) => void,
): Promise<string> {
  await makeSystemDir(systemDir);
  // A random name: one derived from the data folder's path would give a deleted checkout's database to the next one there.
  const folder = join(systemDir, `data-${randomBytes(6).toString("hex")}`);
  await mkdir(folder, { mode: 0o700 });
  await letThrough(folder, user);
  await symlink(folder, join(dataDir, POINTER));
  onProgress(
    `The database is kept in ${folder}: its server runs as ${user.name}, who may not enter ${closed}.`,
  );
  return folder;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
