import { randomBytes, randomUUID } from "node:crypto";
import { link, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { KEY_BYTES } from "../crypto/key-ring.ts";
import { writeAtomically } from "../process/atomic-write.ts";
import { StartError } from "../process/start-error.ts";
import { KeyFileError, keysIn, readKeyFile, writeKeyFile } from "./key-file.ts";
import { parseKeys, type ServerKey } from "./key-format.ts";
import { createKey } from "./plan-rotation.ts";

/** Content of `keys.json`, in the form of the environment variables that it stands in for. */
interface KeysJson {
  AUTH_SECRET: string;
  /** Written by releases that had no separate file of encryption keys, until it is moved there. */
  ENCRYPTION_KEYS?: string;
}

/** Path of the embedded database's encryption keys. */
export const embeddedKeyFile = (dataDir: string): string => join(dataDir, "encryption-keys");

/** Path of the embedded database's session secret. */
export const keysJsonFile = (dataDir: string): string => join(dataDir, "keys.json");

/**
 * The keys of the embedded database, created at the first start: the session secret, and the path of the file of
 * encryption keys in `dataDir`. The caller holds the lock of `dataDir`. Encryption keys that an earlier release kept in
 * `keys.json` are moved: they are durable in the new file before they are removed from the old one.
 *
 * @throws KeyFileError or StartError when a file is damaged; the file system's error.
 */
export async function openEmbeddedKeys(dataDir: string): Promise<{ authSecret: string; keyFile: string }> {
  const keyFile = embeddedKeyFile(dataDir);
  const keysJson = await openKeysJson(dataDir);
  const file = await readKeyFile(keyFile);
  const present = file ? keysIn(file) : [];
  const wanted = [...present, ...keysToMove(keysJson, dataDir).filter(isNotIn(present))];
  // The embedded database runs on this machine's clock, too.
  if (wanted.length === 0) wanted.push(createKey(new Date()));
  if (wanted.length > present.length) await writeKeyFile(keyFile, wanted, file);
  if (keysJson.ENCRYPTION_KEYS !== undefined) await removeMovedKeys(keysJson, dataDir);
  return { authSecret: keysJson.AUTH_SECRET, keyFile };
}

/**
 * Reads `keys.json` in `dataDir`, and creates it, readable by its owner only, if it is missing. It is written to a draft
 * and then linked into place, which never replaces an existing file. Each draft has a name of its own: one that a crash
 * left behind may be a second link to the keys themselves.
 *
 * @throws StartError when the file is damaged; the file system's error.
 */
export async function openKeysJson(dataDir: string): Promise<KeysJson> {
  const path = keysJsonFile(dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const fresh: KeysJson = { AUTH_SECRET: randomBytes(KEY_BYTES).toString("base64") };
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, formatKeysJson(fresh), { flag: "wx", mode: 0o600, flush: true });
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  const stored = parseKeysJson(await readFile(path, "utf8"));
  if (!stored) throw new StartError(`${path} is damaged. Restore it from a backup: sessions depend on it.`);
  return stored;
}

function parseKeysJson(text: string): KeysJson | undefined {
  try {
    const keys: Partial<KeysJson> | null = JSON.parse(text);
    return keys?.AUTH_SECRET ? (keys as KeysJson) : undefined;
  } catch {
    return undefined;
  }
}

const formatKeysJson = (keys: KeysJson): string => `${JSON.stringify(keys, null, 2)}\n`;

const isNotIn = (keys: readonly ServerKey[]) => (key: ServerKey) => !keys.some(({ kid }) => kid === key.kid);

function keysToMove({ ENCRYPTION_KEYS }: KeysJson, dataDir: string): ServerKey[] {
  if (ENCRYPTION_KEYS === undefined) return [];
  const { keys, problems } = parseKeys(ENCRYPTION_KEYS);
  if (problems.length > 0) {
    throw new KeyFileError(`ENCRYPTION_KEYS in ${keysJsonFile(dataDir)} ${problems.join("; and ")}`);
  }
  return keys;
}

/** Leaves only the session secret in `keys.json`, and removes drafts of a crashed earlier release, which hold the keys, too. */
async function removeMovedKeys({ AUTH_SECRET }: KeysJson, dataDir: string): Promise<void> {
  const path = keysJsonFile(dataDir);
  await writeAtomically(path, formatKeysJson({ AUTH_SECRET }));
  const isDraft = (name: string) => name.startsWith(`${basename(path)}.`);
  const drafts = (await readdir(dataDir)).filter(isDraft);
  await Promise.all(drafts.map((name) => rm(join(dataDir, name), { force: true })));
}
