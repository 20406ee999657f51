import { execFile, execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * What is upgraded from: the tag of the release before this one (`v0.1.0`), to be moved on by each release. None is out yet,
 * so a commit stands for it: the last one before lists with orders and retention brought their migrations.
 */
export const PREVIOUS_RELEASE = "958a104db1055829ca9e21a64c0c7de81c89a235";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The repository may be another user's, as in a container: git would not look at it then. */
const GIT = ["-c", "safe.directory=*", "-C", root];

/** Whether its code can be had: not from a clone without history, nor from files without a repository. */
export function hasPreviousRelease(): boolean {
  try {
    execFileSync("git", [...GIT, "cat-file", "-e", `${PREVIOUS_RELEASE}^{commit}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** The release before, ready to run from a folder of its own. */
interface Unpacked {
  /** Its composition root. */
  main: string;
  remove: () => Promise<void>;
}

/**
 * Unpacks the server and the migrations of the release before. They run on the packages that are installed here, and
 * serve the apps that are built here: it is the database that two releases share.
 */
export async function unpackPreviousRelease(): Promise<Unpacked> {
  const folder = await mkdtemp(join(tmpdir(), "ttl-secrets-previous-"));
  const archive = join(folder, "release.tar");
  await run("git", [...GIT, "archive", `--output=${archive}`, PREVIOUS_RELEASE, "api", "drizzle"]);
  await run("tar", ["-xf", archive, "-C", folder]);
  for (const app of ["dashboard", "reveal"]) await symlink(join(root, app), join(folder, app));
  await symlink(join(root, "drizzle/node_modules"), join(folder, "drizzle/node_modules"));
  // Its own migrations, and not the ones that our package of this name has.
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
