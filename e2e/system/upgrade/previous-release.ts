import { execFile, execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * The release to upgrade from: the tag of the previous one (`v0.1.0`), which each release must update. Before the first
 * release, a commit: the last one before the migrations for list orders and retention.
 */
export const PREVIOUS_RELEASE = "958a104db1055829ca9e21a64c0c7de81c89a235";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Allows a repository of another user, as in a container, which git refuses by default. */
const GIT = ["-c", "safe.directory=*", "-C", root];

/** Whether its code is available. It is not in a shallow clone or without a repository. */
export function hasPreviousRelease(): boolean {
  try {
    execFileSync("git", [...GIT, "cat-file", "-e", `${PREVIOUS_RELEASE}^{commit}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** The previous release, ready to run in a folder of its own. */
interface Unpacked {
  /** Its entry point. */
  main: string;
  remove: () => Promise<void>;
}

/**
 * Unpacks the server and the migrations of the previous release. They use the packages installed and the apps built here,
 * because only the database matters.
 */
export async function unpackPreviousRelease(): Promise<Unpacked> {
  const folder = await mkdtemp(join(tmpdir(), "ttl-secrets-previous-"));
  const archive = join(folder, "release.tar");
  await run("git", [...GIT, "archive", `--output=${archive}`, PREVIOUS_RELEASE, "api", "drizzle"]);
  await run("tar", ["-xf", archive, "-C", folder]);
  for (const app of ["dashboard", "reveal"]) await symlink(join(root, app), join(folder, app));
  await symlink(join(root, "drizzle/node_modules"), join(folder, "drizzle/node_modules"));
  // Its own migrations, instead of those in the current package.
  const packages = join(folder, "api/node_modules");
  await mkdir(join(packages, "@ttl-secrets"), { recursive: true });
  await symlink(join(folder, "drizzle"), join(packages, "@ttl-secrets/drizzle"));
  const installed = join(root, "api/node_modules");
  for (const name of await readdir(installed)) {
    if (name !== "@ttl-secrets" && !name.startsWith(".")) {
      await symlink(join(installed, name), join(packages, name));
    }
  }
  return {
    main: join(folder, "api/src/main.ts"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
