import { randomBytes } from "node:crypto";
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import type { Binaries } from "./binaries.ts";
import { runCommand, type SystemUser } from "./command.ts";

/** PostgreSQL's superuser. Only the code in this folder connects as it. */
export const SUPERUSER = "postgres";

/** Bytes of the generated passwords: 256 bits, the strength of their hash (SCRAM-SHA-256). */
const PASSWORD_BYTES = 32;

/** Prefix of the names of unfinished home folders. */
const UNFINISHED = "postgres.unfinished-";

/** The home folder, which is created atomically: it holds the cluster and the superuser's password. */
export function homeFolder(base: string): string {
  return join(base, "postgres");
}

/** PostgreSQL's data directory. Only the user who runs the server may enter it. */
export function clusterFolder(base: string): string {
  return join(homeFolder(base), "cluster");
}

/** A random password that needs no quoting in SQL or in a URL. */
export function newPassword(): string {
  return randomBytes(PASSWORD_BYTES).toString("base64url");
}

/**
 * Reads the superuser's password from a file that only the app's user can read.
 *
 * @throws Error if it can't be read.
 */
export async function readSuperuserPassword(base: string): Promise<string> {
  const file = passwordFile(homeFolder(base));
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `The password of the database in ${base} can't be read (${reason}). Start TTL Secrets as the user who started it here first.`,
      { cause },
    );
  }
}

/**
 * Creates the cluster of `base` unless it exists. It is created in a temporary folder and renamed into place together with
 * its password, so that a killed start leaves either all of it or only a temporary folder. The caller holds the lock of
 * `base`.
 *
 * @param options.sync false skips waiting for the disk (tests): a power cut may then lose the cluster.
 * @throws Error with the last lines of initdb if it fails.
 */
export async function ensureCluster(
  base: string,
  binaries: Binaries,
  user: SystemUser | undefined,
  options: { sync: boolean; onMake: () => void },
): Promise<void> {
  const names = await readdir(base);
  for (const name of names) {
    // Under the lock, these are from killed starts. Their initdb may still run for a moment and make the removal fail: the
    // next start then removes the folder, and each try has a name of its own.
    if (name.startsWith(UNFINISHED)) await remove(join(base, name)).catch(() => undefined);
  }
  if (names.includes("postgres")) return;

  options.onMake();
  const home = await mkdtemp(join(base, UNFINISHED));
  try {
    await fill(home, binaries, user, options);
    await rename(home, homeFolder(base));
    if (options.sync) await syncToDisk(base);
  } catch (error) {
    await remove(home).catch(() => undefined);
    throw error;
  }
}

async function fill(
  home: string,
  binaries: Binaries,
  user: SystemUser | undefined,
  { sync }: { sync: boolean },
): Promise<void> {
  const cluster = join(home, "cluster");
  await mkdir(cluster, { mode: 0o700 });
  const password = newPassword();
  await writeFile(passwordFile(home), `${password}\n`, { mode: 0o600, flush: sync });
  const forInitdb = join(home, "password-for-initdb");
  await writeFile(forInitdb, `${password}\n`, { mode: 0o600 });
  if (user) {
    await chown(home, 0, user.gid);
    await chmod(home, 0o710);
    await chown(cluster, user.uid, user.gid);
    await chown(forInitdb, user.uid, user.gid);
  }
  const { code, output } = await runCommand(
    binaries.initdb,
    [
      `--pgdata=${cluster}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${forInitdb}`,
      "--auth-host=scram-sha-256",
      "--auth-local=scram-sha-256",
      "--encoding=UTF8",
      // PostgreSQL's own C.UTF-8 (17 and later), which does not depend on the system's locales.
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--locale=C",
      "--data-checksums",
      "--no-instructions",
      ...(sync ? [] : ["--no-sync"]),
    ],
    user,
  );
  if (code !== 0) {
    const lastLines = output.trim().split("\n").slice(-10).join("\n");
    throw new Error(`PostgreSQL could not make a database:\n${lastLines}`);
  }
  await rm(forInitdb);
  if (sync) await syncToDisk(home);
}

function passwordFile(home: string): string {
  return join(home, "superuser-password");
}

async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Makes the names in `folder` survive a power cut. */
async function syncToDisk(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  await handle.sync();
  await handle.close();
}
