import { chmod, chown, lstat, mkdir, readdir, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runCommand, type SystemUser } from "./command.ts";

/** The account made here when the system has none for PostgreSQL. */
const OWN_USER = "ttl-secrets";

/**
 * The account that runs PostgreSQL for root, whom PostgreSQL refuses: the system's own (`postgres`, `_postgres` on
 * macOS), else one made for it, else `nobody`, which shares its files with whatever else runs as nobody.
 *
 * @throws Error if there is none and none can be made.
 */
export async function findServerUser(): Promise<SystemUser> {
  for (const name of ["postgres", "_postgres", OWN_USER]) {
    const user = await lookUp(name);
    if (user) return user;
  }
  await createOwnUser();
  const user = (await lookUp(OWN_USER)) ?? (await lookUp("nobody"));
  if (user) return user;
  throw new Error(
    "PostgreSQL does not run as root, and no other user could be found or created for it. Start TTL Secrets as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own.",
  );
}

/** The account that owns `path`, under the name "user <uid>". */
export async function ownerOf(path: string): Promise<SystemUser> {
  const { uid, gid } = await stat(path);
  return { name: `user ${uid}`, uid, gid };
}

/** Gives `folder` and all in it to `user`. Symbolic links are left as they are, and not followed. */
export async function giveTo(folder: string, user: SystemUser): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chown(join(entry.parentPath, entry.name), user.uid, user.gid);
  }
  await chown(folder, user.uid, user.gid);
}

/**
 * The folder nearest to the root that keeps `user` from entering `folder`, or undefined if nothing does. Judged by
 * permission bits and the user's one group, which are what a process started by `runCommand` has.
 */
export async function closedFolder(folder: string, user: SystemUser): Promise<string | undefined> {
  const path = await realpath(folder);
  const parent = dirname(path);
  const above = parent === path ? undefined : await closedFolder(parent, user);
  if (above !== undefined) return above;
  const { uid, gid, mode } = await lstat(path);
  const enter = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  return mode & enter ? undefined : path;
}

/** Where root keeps what must lie outside a folder closed to other users (Filesystem Hierarchy Standard, 5.8). */
export const SYSTEM_DIR = "/var/lib/ttl-secrets";

/**
 * Makes `systemDir`, which every user may enter and only root may write, if it is missing.
 *
 * @throws Error if it cannot be made, say on a read-only file system.
 */
export async function makeSystemDir(systemDir: string): Promise<void> {
  try {
    const made = await mkdir(systemDir, { recursive: true });
    if (made !== undefined) await chmod(systemDir, 0o755); // Whatever the umask says.
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `TTL Secrets runs as root from a folder that its database server, which may not run as root, cannot enter, and the way out is closed (${reason}). Start it as an ordinary user, move it and DATA_DIR to a folder that all users may enter, or set DATABASE_URL.`,
      { cause },
    );
  }
}

async function lookUp(name: string): Promise<SystemUser | undefined> {
  const [uid, gid] = await Promise.all([idOf("-u", name), idOf("-g", name)]);
  // A `postgres` that is root under another name would not help.
  return uid && gid !== undefined ? { name, uid, gid } : undefined;
}

async function idOf(option: "-u" | "-g", name: string): Promise<number | undefined> {
  const result = await runCommand("id", [option, name]).catch(() => undefined);
  return result?.code === 0 ? Number.parseInt(result.output, 10) : undefined;
}

/** Tries the tools of shadow (most Linux) and of busybox (Alpine). Whether it worked shows in the next `lookUp`. */
async function createOwnUser(): Promise<void> {
  const attempts = [
    ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", OWN_USER],
    ["adduser", "-S", "-D", "-H", "-s", "/sbin/nologin", OWN_USER],
  ] as const;
  for (const [command, ...args] of attempts) {
    const result = await runCommand(command, args).catch(() => undefined);
    if (result?.code === 0) return;
  }
}
