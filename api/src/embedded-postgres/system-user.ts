import { chmod, chown, lstat, mkdir, readdir, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runCommand, type SystemUser } from "./command.ts";

/** Account to create if the system has none for PostgreSQL. */
const OWN_USER = "ttl-secrets";

/**
 * The account that runs PostgreSQL when root starts it, because PostgreSQL refuses to run as root: the system's own
 * (`postgres`, `_postgres` on macOS), else one created for it, else `nobody`, which shares its files with every other
 * process of that account.
 *
 * @throws Error if there is none and none can be created.
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

/** Changes the owner of `folder` and its content to `user`. Does not change or follow symbolic links. */
export async function giveTo(folder: string, user: SystemUser): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chown(join(entry.parentPath, entry.name), user.uid, user.gid);
  }
  await chown(folder, user.uid, user.gid);
}

/**
 * The topmost folder that keeps `user` from entering `folder`, or undefined if none does. Checks permission bits for the
 * user and its primary group only: a process started by `runCommand` has no other groups.
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

/** Where root keeps what other users must be able to reach (Filesystem Hierarchy Standard, 5.8). */
export const SYSTEM_DIR = "/var/lib/ttl-secrets";

/**
 * Creates `systemDir`, which every user may enter and only root may write, if it is missing.
 *
 * @throws Error if it can't be created, for example on a read-only file system.
 */
export async function makeSystemDir(systemDir: string): Promise<void> {
  try {
    const made = await mkdir(systemDir, { recursive: true });
    if (made !== undefined) await chmod(systemDir, 0o755); // Regardless of the umask.
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `TTL Secrets runs as root in a folder that its database server, which may not run as root, can't enter, and ${systemDir} can't be created (${reason}). Start it as an ordinary user, move it and DATA_DIR to a folder that all users may enter, or set DATABASE_URL.`,
      { cause },
    );
  }
}

async function lookUp(name: string): Promise<SystemUser | undefined> {
  const [uid, gid] = await Promise.all([idOf("-u", name), idOf("-g", name)]);
  // An account `postgres` with root's id is of no use.
  return uid && gid !== undefined ? { name, uid, gid } : undefined;
}

async function idOf(option: "-u" | "-g", name: string): Promise<number | undefined> {
  const result = await runCommand("id", [option, name]).catch(() => undefined);
  return result?.code === 0 ? Number.parseInt(result.output, 10) : undefined;
}

/** Tries the tools of shadow (most Linux) and of busybox (Alpine). The next `lookUp` shows whether one succeeded. */
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
