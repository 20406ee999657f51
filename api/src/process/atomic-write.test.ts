import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeAtomically } from "./atomic-write.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ttl-secrets-atomic-write-"));
  path = join(folder, "file");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const UUID = "123e4567-e89b-42d3-a456-426614174000";

describe("writing a file atomically", () => {
  it("works for several writers of a shared file at once: none fails, and one complete text remains", async () => {
    const texts = Array.from({ length: 16 }, (_, i) => `${i}`.repeat(10_000));
    for (let round = 0; round < 10; round++) {
      await Promise.all(texts.map((text) => writeAtomically(path, text, { isShared: true })));
    }
    expect(texts).toContain(await readFile(path, "utf8"));
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe("600");
    expect(await readdir(folder)).toEqual(["file"]);
  });

  it.each([
    [false, []],
    [true, [`file.${UUID}.new`]],
  ])("removes its drafts that a crash left behind; is the file shared: %s", async (isShared, young) => {
    const others = ["file.last-seen.new", `file.last-seen.${UUID}.new`, "file.lock", "other.new"];
    const old = ["file.new", `file.${UUID.replace("1", "2")}.new`];
    for (const name of [...others, ...old, `file.${UUID}.new`]) await writeFile(join(folder, name), "left");
    const anHourAgo = Date.now() / 1000 - 3600;
    for (const name of [...others, ...old]) await utimes(join(folder, name), anHourAgo, anHourAgo);
    await writeAtomically(path, "text", { isShared });
    expect((await readdir(folder)).toSorted()).toEqual(["file", ...others, ...young].toSorted());
  });

  it("leaves no draft when it fails", async () => {
    await mkdir(path);
    await expect(writeAtomically(path, "text")).rejects.toThrow();
    expect(await readdir(folder)).toEqual(["file"]);
  });
});
