import { chmod, link, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseConfig } from "../config.ts";
import { StartError } from "../process/start-error.ts";
import { openKeysJson } from "./embedded-keys.ts";

let folder: string;
let counter = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ttl-secrets-keys-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A data folder that does not exist yet. */
const newDataDir = () => join(folder, `data-${counter++}`);

const mode = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);

test("a generated secret passes the checks of a configured one", async () => {
  const keys = await openKeysJson(newDataDir());
  expect(parseConfig({ ...keys }).authSecret).toBe(keys.AUTH_SECRET);
  expect(Buffer.from(keys.AUTH_SECRET, "base64")).toHaveLength(32);
});

test("only the owner can read the file, or a folder created for it", async () => {
  const dataDir = join(newDataDir(), "deeper");
  await openKeysJson(dataDir);
  expect(await mode(join(dataDir, "keys.json"))).toBe("600");
  expect(await mode(dataDir)).toBe("700");
});

test("an existing folder keeps its permissions", async () => {
  const dataDir = newDataDir();
  await mkdir(dataDir);
  await chmod(dataDir, 0o755);
  await openKeysJson(dataDir);
  expect(await mode(dataDir)).toBe("755");
  expect(await mode(join(dataDir, "keys.json"))).toBe("600");
});

test("no draft stays in the folder", async () => {
  const dataDir = newDataDir();
  await openKeysJson(dataDir);
  await openKeysJson(dataDir);
  expect(await readdir(dataDir)).toEqual(["keys.json"]);
});

test("every start reads the same secret", async () => {
  const dataDir = newDataDir();
  const first = await openKeysJson(dataDir);
  const file = await readFile(join(dataDir, "keys.json"), "utf8");
  expect(await openKeysJson(dataDir)).toEqual(first);
  expect(await openKeysJson(dataDir)).toEqual(first);
  expect(await readFile(join(dataDir, "keys.json"), "utf8")).toBe(file);
});

test("another folder has another secret", async () => {
  const [a, b] = [await openKeysJson(newDataDir()), await openKeysJson(newDataDir())];
  expect(a.AUTH_SECRET).not.toBe(b.AUTH_SECRET);
});

test.each(["{ damaged", "{}", "null", '{ "AUTH_SECRET": "" }'])(
  "an existing file is never overwritten, even if damaged: %s",
  async (text) => {
    const dataDir = newDataDir();
    await mkdir(dataDir);
    await writeFile(join(dataDir, "keys.json"), text);
    await expect(openKeysJson(dataDir)).rejects.toThrow(StartError);
    expect(await readFile(join(dataDir, "keys.json"), "utf8")).toBe(text);
  },
);

test("keys that the operator put there are used", async () => {
  const dataDir = newDataDir();
  await mkdir(dataDir);
  const own = { ENCRYPTION_KEYS: "mine:key", AUTH_SECRET: "mine" };
  await writeFile(join(dataDir, "keys.json"), JSON.stringify(own));
  expect(await openKeysJson(dataDir)).toEqual(own);
});

// A process that is killed after it linked its draft into place leaves a hard link to keys.json.
test("a crash between linking the file into place and removing the draft loses no key", async () => {
  const dataDir = newDataDir();
  const first = await openKeysJson(dataDir);
  await link(join(dataDir, "keys.json"), join(dataDir, `keys.json.${process.pid}`));
  expect(await openKeysJson(dataDir)).toEqual(first);
  expect(JSON.parse(await readFile(join(dataDir, "keys.json"), "utf8"))).toEqual(first);
});

test("a draft that a crash cut short does no harm", async () => {
  const dataDir = newDataDir();
  await mkdir(dataDir);
  await writeFile(join(dataDir, `keys.json.${process.pid}`), '{ "ENCRYPTION_KEYS": "');
  const keys = await openKeysJson(dataDir);
  expect(parseConfig({ ...keys }).authSecret).toBe(keys.AUTH_SECRET);
  expect(await openKeysJson(dataDir)).toEqual(keys);
});

test("concurrent first starts agree on one secret", async () => {
  for (let round = 0; round < 20; round += 1) {
    const dataDir = newDataDir();
    const answers = await Promise.all(Array.from({ length: 4 }, () => openKeysJson(dataDir)));
    const kept = JSON.parse(await readFile(join(dataDir, "keys.json"), "utf8"));
    expect(answers).toEqual([kept, kept, kept, kept]);
  }
});
