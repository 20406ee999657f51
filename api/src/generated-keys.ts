import { randomBytes, randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KEY_BYTES } from "./crypto/key-ring.ts";
import { StartError } from "./start-error.ts";

/** Keys in the form of the environment variables they stand in for. */
interface GeneratedKeys {
  ENCRYPTION_KEYS: string;
  AUTH_SECRET: string;
}

/**
 * The keys kept beside the embedded database, made at the first start: `keys.json` in `dataDir`, readable by its
 * owner only. They are written to a new file and then linked into place, which never replaces one that exists. The
 * draft has a name of its own each time: one left behind by a crash may be a second name of the keys themselves.
 *
 * @throws the file system's error; StartError when the file was damaged.
 */
export async function generatedKeys(dataDir: string): Promise<GeneratedKeys> {
  const file = join(dataDir, "keys.json");
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const fresh: GeneratedKeys = {
    ENCRYPTION_KEYS: `${randomBytes(4).toString("hex")}:${randomBytes(KEY_BYTES).toString("base64")}`,
    AUTH_SECRET: randomBytes(KEY_BYTES).toString("base64"),
  };
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, `${JSON.stringify(fresh, null, 2)}\n`, { flag: "wx", mode: 0o600, flush: true });
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  try {
    return JSON.parse(await readFile(file, "utf8")) as GeneratedKeys;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new StartError(
      `${file} is damaged. Restore it from a backup: pending secrets can't be opened without it.`,
    );
  }
}
