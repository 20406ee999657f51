import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openEmbeddedKeys } from "./embedded-keys.ts";
import { FileKeyRing } from "./file-key-ring.ts";

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "ttl-secrets-embedded-keys-"));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const newKey = () => randomBytes(32).toString("base64");

/** `keys.json` as earlier releases wrote it, with the encryption keys in it. */
async function formerKeys() {
  const [first, second] = [newKey(), newKey()];
  const former = { ENCRYPTION_KEYS: `3f9a01bc:${first},old:${second}`, AUTH_SECRET: newKey() };
  await writeFile(join(dataDir, "keys.json"), JSON.stringify(former), { mode: 0o600 });
  return { former, first, second };
}

async function ringOf(file: string) {
  const ring = await FileKeyRing.open(file, async () => {});
  return [...ring.keys].map(([kid, key]) => `${kid}:${key.toString("base64")}`);
}

it("the first start creates a secret and one key, each in a file that only its owner can read", async () => {
  const { authSecret, keyFile } = await openEmbeddedKeys(dataDir);
  expect(await ringOf(keyFile)).toHaveLength(1);
  expect((await readdir(dataDir)).toSorted()).toEqual(["encryption-keys", "keys.json"]);
  for (const name of await readdir(dataDir)) {
    expect(((await stat(join(dataDir, name))).mode & 0o777).toString(8)).toBe("600");
  }
  expect(await openEmbeddedKeys(dataDir)).toEqual({ authSecret, keyFile });
  expect(await ringOf(keyFile)).toHaveLength(1);
});

it("an upgrade moves all keys out of keys.json in their order, and keeps the secret", async () => {
  const { former, first } = await formerKeys();
  await writeFile(join(dataDir, "keys.json.4711"), JSON.stringify(former));
  const { authSecret, keyFile } = await openEmbeddedKeys(dataDir);
  expect(authSecret).toBe(former.AUTH_SECRET);
  expect((await ringOf(keyFile)).join()).toBe(former.ENCRYPTION_KEYS);
  // A copy left behind would outlive the rotation of the keys.
  const rest = (await readdir(dataDir)).filter((name) => name !== "encryption-keys");
  expect(rest).toEqual(["keys.json"]);
  expect(await readFile(join(dataDir, "keys.json"), "utf8")).not.toContain(first);
});

it("an upgrade that was interrupted between the two files continues", async () => {
  const { former } = await formerKeys();
  const { keyFile } = await openEmbeddedKeys(dataDir);
  await writeFile(join(dataDir, "keys.json"), JSON.stringify(former), { mode: 0o600 });
  await openEmbeddedKeys(dataDir);
  expect((await ringOf(keyFile)).join()).toBe(former.ENCRYPTION_KEYS);
  expect(JSON.parse(await readFile(join(dataDir, "keys.json"), "utf8"))).toEqual({
    AUTH_SECRET: former.AUTH_SECRET,
  });
});

it("a damaged key stops the upgrade before it changes anything", async () => {
  const damaged = JSON.stringify({ ENCRYPTION_KEYS: "k1:damaged", AUTH_SECRET: newKey() });
  await writeFile(join(dataDir, "keys.json"), damaged, { mode: 0o600 });
  await expect(openEmbeddedKeys(dataDir)).rejects.toThrow(
    /^ENCRYPTION_KEYS in .*keys\.json must be kid:base64/,
  );
  expect(await readdir(dataDir)).toEqual(["keys.json"]);
  expect(await readFile(join(dataDir, "keys.json"), "utf8")).toBe(damaged);
});
