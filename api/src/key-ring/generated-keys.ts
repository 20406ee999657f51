import { randomBytes, randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KEY_BYTES } from "../crypto/key-ring.ts";
import { StartError } from "../process/start-error.ts";

/** Keys in the form of the environment variables they stand in for. */
export interface GeneratedKeys {
  AUTH_SECRET: string;
  /** What releases before the encryption keys' own file kept here, until it is moved there. */
  ENCRYPTION_KEYS?: string;
}

/**
 * The secret kept beside the embedded database, made at the first start: `keys.json` in `dataDir`, readable by its
 * owner only. It is written to a new file and then linked into place, which never replaces one that exists. The
 * draft has a name of its own each time: one left behind by a crash may be a second name of the keys themselves.
 *
 * @throws the file system's error; StartError when the file was damaged.
 */
export async function generatedKeys(dataDir: string): Promise<GeneratedKeys> {
  const file = generatedKeysFile(dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const fresh: GeneratedKeys = { AUTH_SECRET: randomBytes(KEY_BYTES).toString("base64") };
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, asText(fresh), { flag: "wx", mode: 0o600, flush: true });
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  const kept = parse(await readFile(file, "utf8"));
  if (!kept) throw new StartError(`${file} is damaged. Restore it from a backup: sessions depend on it.`);
  return kept;
}

function parse(text: string): GeneratedKeys | undefined {
  try {
    const keys: Partial<GeneratedKeys> | null = JSON.parse(text);
    return keys?.AUTH_SECRET ? (keys as GeneratedKeys) : undefined;
  } catch {
    return undefined;
  }
}

/** Where they are kept. */
export const generatedKeysFile = (dataDir: string): string => join(dataDir, "keys.json");

/** The keys as the file has them. */
export const asText = (keys: GeneratedKeys): string => `${JSON.stringify(keys, null, 2)}\n`;
