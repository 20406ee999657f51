import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bufferedDestination } from "./buffered-destination.ts";
import { createLogger } from "./log.ts";

let folder: string;
let fd: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ttl-secrets-log-"));
  fd = openSync(join(folder, "log"), "a");
});
afterEach(() => {
  closeSync(fd);
  rmSync(folder, { recursive: true });
});

const written = () => readFileSync(join(folder, "log"), "utf8").split("\n").slice(0, -1);
const messages = () => written().map((line) => JSON.parse(line).msg);

describe("the lines of one turn", () => {
  test("are written in order when it ends", async () => {
    const log = createLogger("info", bufferedDestination(fd));
    log.info("first");
    log.info("second");
    expect(written()).toEqual([]);
    await setImmediate();
    expect(messages()).toEqual(["first", "second"]);
    log.info("third");
    await setImmediate();
    expect(messages()).toEqual(["first", "second", "third"]);
  });

  test.each(["warn", "error", "fatal"] as const)("are written at once with a line of level %s", (level) => {
    const log = createLogger("info", bufferedDestination(fd));
    log.info("before");
    log[level]("now");
    expect(messages()).toEqual(["before", "now"]);
  });

  test("are written earlier when there are many", async () => {
    const log = createLogger("info", bufferedDestination(fd));
    for (let line = 0; line < 1000; line++) log.info(`line ${line}`);
    const soFar = messages();
    expect(soFar.length).toBeGreaterThan(500);
    expect(soFar).toEqual(soFar.map((_, line) => `line ${line}`));
    await setImmediate();
    expect(messages()).toHaveLength(1000);
  });

  test.each([
    ["exits", "process.exit(0)"],
    ["fails", "throw new Error()"],
  ])("are written when the process %s during it", (_, end) => {
    const own = new URL("./buffered-destination.ts", import.meta.url);
    const program = `
      import { bufferedDestination } from ${JSON.stringify(own.href)};
      bufferedDestination(1).write("the last line\\n");
      ${end};`;
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: fileURLToPath(new URL(".", import.meta.url)),
      encoding: "utf8",
    });
    expect(stdout).toBe("the last line\n");
  });
});
