import { chmod, link, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseConfig } from "../config.ts";
import { StartError } from "../process/start-error.ts";
import { generatedKeys } from "./generated-keys.ts";

let folder: string;
let counter = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ttl-secrets-keys-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A data folder that does not exist yet. */
const newDataDir = () => join(folder, `data-${counter++}`);

const mode = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);

test("generated keys pass the same checks as hand-made ones", async () => {
  const keys = await generatedKeys(newDataDir());
  expect(parseConfig({ ...keys }).authSecret).toBe(keys.AUTH_SECRET);
  expect(Buffer.from(keys.AUTH_SECRET, "base64")).toHaveLength(32);
});

test("their file can be read by its owner only, and so can a folder made for it", async () => {
  const dataDir = join(newDataDir(), "deeper");
  await generatedKeys(dataDir);
  expect(await mode(join(dataDir, "keys.json"))).toBe("600");
  expect(await mode(dataDir)).toBe("700");
});

test("a folder that is there already is used as it is", async () => {
  const dataDir = newDataDir();
  await mkdir(dataDir);
  await chmod(dataDir, 0o755);
  await generatedKeys(dataDir);
  expect(await mode(dataDir)).toBe("755");
  expect(await mode(join(dataDir, "keys.json"))).toBe("600");
});

test("nothing but the file is left in the folder", async () => {
  const dataDir = newDataDir();
  await generatedKeys(dataDir);
  await generatedKeys(dataDir);
  expect(await readdir(dataDir)).toEqual(["keys.json"]);
});

test("they are the same at every start", async () => {
  const dataDir = newDataDir();
  const first = await generatedKeys(dataDir);
  const file = await readFile(join(dataDir, "keys.json"), "utf8");
  expect(await generatedKeys(dataDir)).toEqual(first);
  expect(await generatedKeys(dataDir)).toEqual(first);
  expect(await readFile(join(dataDir, "keys.json"), "utf8")).toBe(file);
});

test("they are others in another folder", async () => {
  const [a, b] = [await generatedKeys(newDataDir()), await generatedKeys(newDataDir())];
  expect(a.AUTH_SECRET).not.toBe(b.AUTH_SECRET);
});

test.each(["{ damaged", "{}", "null", '{ "AUTH_SECRET": "" }'])(
  "a file that exists is never overwritten, not even a damaged one: %s",
  async (text) => {
    const dataDir = newDataDir();
    await mkdir(dataDir);
    await writeFile(join(dataDir, "keys.json"), text);
    await expect(generatedKeys(dataDir)).rejects.toThrow(StartError);
    expect(await readFile(join(dataDir, "keys.json"), "utf8")).toBe(text);
  },
);

test("keys that someone put there are used", async () => {
  const dataDir = newDataDir();
  await mkdir(dataDir);
  const own = { ENCRYPTION_KEYS: "mine:key", AUTH_SECRET: "mine" };
  await writeFile(join(dataDir, "keys.json"), JSON.stringify(own));
  expect(await generatedKeys(dataDir)).toEqual(own);
});

// A hard link to keys.json is what a process leaves that was killed after it had linked its draft into place. In a
// container, the next process has the same pid.
test("a crash between linking the keys into place and removing the draft loses no key", async () => {
  const dataDir = newDataDir();
  const first = await generatedKeys(dataDir);
  await link(join(dataDir, "keys.json"), join(dataDir, `keys.json.${process.pid}`));
  expect(await generatedKeys(dataDir)).toEqual(first);
  expect(JSON.parse(await readFile(join(dataDir, "keys.json"), "utf8"))).toEqual(first);
});

test("a draft that was cut short by a crash is no hindrance", async () => {
  const dataDir = newDataDir();
  await mkdir(dataDir);
  await writeFile(join(dataDir, `keys.json.${process.pid}`), '{ "ENCRYPTION_KEYS": "');
  const keys = await generatedKeys(dataDir);
  expect(parseConfig({ ...keys }).authSecret).toBe(keys.AUTH_SECRET);
  expect(await generatedKeys(dataDir)).toEqual(keys);
});

test("several first starts at once agree on one set of keys, which is the one that stays", async () => {
  for (let round = 0; round < 20; round += 1) {
    const dataDir = newDataDir();
    const answers = await Promise.all(Array.from({ length: 4 }, () => generatedKeys(dataDir)));
    const kept = JSON.parse(await readFile(join(dataDir, "keys.json"), "utf8"));
    expect(answers).toEqual([kept, kept, kept, kept]);
  }
});
