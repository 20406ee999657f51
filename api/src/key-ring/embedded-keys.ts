import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { writeAtomically } from "../process/atomic-write.ts";
import { asText, type GeneratedKeys, generatedKeys, generatedKeysFile } from "./generated-keys.ts";
import { KeyFileError, keysIn, readKeyFile, writeKeyFile } from "./key-file.ts";
import { parseKeys, type ServerKey } from "./key-format.ts";
import { newKey } from "./plan-rotation.ts";

/** Where the embedded database's encryption keys are. */
export const embeddedKeyFile = (dataDir: string): string => join(dataDir, "encryption-keys");

/**
 * The keys of the embedded database, made at the first start: the secret of sessions, and the path of the encryption
 * keys' own file in `dataDir`, which must be this process's alone. Encryption keys that an earlier release kept beside
 * the secret are moved to that file: first they are there, on the disk, and then they are here no more.
 *
 * @throws KeyFileError or StartError when a file was damaged; the file system's error.
 */
export async function embeddedKeys(dataDir: string): Promise<{ authSecret: string; keyFile: string }> {
  const keyFile = embeddedKeyFile(dataDir);
  const generated = await generatedKeys(dataDir);
  const file = await readKeyFile(keyFile);
  const present = file ? keysIn(file) : [];
  const wanted = [...present, ...keysBeside(generated, dataDir).filter(isNotIn(present))];
  // The embedded database has this machine's clock, too.
  if (wanted.length === 0) wanted.push(newKey(new Date()));
  if (wanted.length > present.length) await writeKeyFile(keyFile, wanted, file);
  if (generated.ENCRYPTION_KEYS !== undefined) await forgetKeysBeside(generated, dataDir);
  return { authSecret: generated.AUTH_SECRET, keyFile };
}

const isNotIn = (keys: readonly ServerKey[]) => (key: ServerKey) => !keys.some(({ kid }) => kid === key.kid);

function keysBeside({ ENCRYPTION_KEYS }: GeneratedKeys, dataDir: string): ServerKey[] {
  if (ENCRYPTION_KEYS === undefined) return [];
  const { keys, problems } = parseKeys(ENCRYPTION_KEYS);
  if (problems.length > 0) {
    throw new KeyFileError(`ENCRYPTION_KEYS in ${generatedKeysFile(dataDir)} ${problems.join("; and ")}`);
  }
  return keys;
}

/** Leaves the secret of sessions only. Drafts that a crash of an earlier release left hold the keys, too. */
async function forgetKeysBeside({ AUTH_SECRET }: GeneratedKeys, dataDir: string): Promise<void> {
  const path = generatedKeysFile(dataDir);
  await writeAtomically(path, asText({ AUTH_SECRET }));
  const isDraft = (name: string) => name.startsWith(`${basename(path)}.`);
  const drafts = (await readdir(dataDir)).filter(isDraft);
  await Promise.all(drafts.map((name) => rm(join(dataDir, name), { force: true })));
}
