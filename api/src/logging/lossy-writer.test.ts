import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { lossyWriter } from "./lossy-writer.ts";

const failure = (code: string) => Object.assign(new Error(code), { code });

/** A disk with `room` bytes left, and what was written to it. */
function disk(room = Number.POSITIVE_INFINITY) {
  const it = { room, text: "", error: "ENOSPC", calls: 0 };
  const write = (_fd: number, bytes: Uint8Array) => {
    it.calls++;
    if (it.room <= 0) throw failure(it.error);
    const written = bytes.subarray(0, it.room);
    it.room -= written.length;
    it.text += Buffer.from(written).toString();
    return written.length;
  };
  return { it, write };
}

describe("a line that can't be written", () => {
  test.each(["ENOSPC", "EIO", "EPIPE", "EDQUOT", "EFBIG", "EBADF"])(
    "is lost, and nothing is thrown: %s",
    (error) => {
      const { it, write } = disk(0);
      it.error = error;
      const log = lossyWriter(2, write);
      log("one\n");
      log("two\nthree\n");
      it.room = 1000;
      log("four\n");
      const [report = "", ...rest] = it.text.split("\n");
      expect(JSON.parse(report)).toEqual({
        level: 40,
        time: expect.any(Number),
        msg: "log lines were lost",
        lines: 3,
        code: error,
      });
      expect(rest).toEqual(["four", ""]);
    },
  );

  test("is reported once", () => {
    const { it, write } = disk(0);
    const log = lossyWriter(2, write);
    log("one\n");
    it.room = 1000;
    log("two\n");
    log("three\n");
    expect(it.text.match(/log lines were lost/g)).toHaveLength(1);
    expect(it.text.endsWith("two\nthree\n")).toBe(true);
  });

  test("is counted further when the report can't be written either", () => {
    const { it, write } = disk(0);
    const log = lossyWriter(2, write);
    log("one\n");
    it.room = 10;
    log("two\n");
    it.room = 1000;
    log("three\n");
    expect(it.text.slice(10)).toMatch(/^\n\{.*"lines":2,.*\}\nthree\n$/);
  });

  test("does not join with the next line when its beginning was written", () => {
    const { it, write } = disk(3);
    const log = lossyWriter(2, write);
    log('{"a":1}\n');
    it.room = 1000;
    log('{"b":1}\n');
    const [half, report = "", next] = it.text.split("\n");
    expect(half).toBe('{"a');
    expect(JSON.parse(report)).toMatchObject({ lines: 1 });
    expect(next).toBe('{"b":1}');
  });

  test("is written in parts where the file takes it only in parts", () => {
    let text = "";
    lossyWriter(2, (_fd, bytes) => {
      text += Buffer.from(bytes.subarray(0, 3)).toString();
      return Math.min(3, bytes.length);
    })("a long line\n");
    expect(text).toBe("a long line\n");
  });
});

test("a reader that is busy for a moment loses no line", () => {
  let text = "";
  let busy = 3;
  lossyWriter(2, (_fd, bytes) => {
    if (busy-- > 0) throw failure("EAGAIN");
    text += Buffer.from(bytes).toString();
    return bytes.length;
  })("line\n");
  expect(text).toBe("line\n");
});

test("a reader that stays busy holds up only one line", () => {
  const { it, write } = disk(0);
  it.error = "EAGAIN";
  const log = lossyWriter(2, write);
  log("one\n");
  const { calls } = it;
  log("two\n");
  expect(it.calls).toBe(calls + 1);
});

test("a line goes to the file descriptor", () => {
  const folder = mkdtempSync(join(tmpdir(), "ttl-secrets-log-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const fd = openSync(join(folder, "log"), "a");
  lossyWriter(fd)("grüße\n");
  closeSync(fd);
  expect(readFileSync(join(folder, "log"), "utf8")).toBe("grüße\n");
});

test.runIf(process.platform === "linux")("a full disk raises no error", () => {
  const fd = openSync("/dev/full", "w");
  onTestFinished(() => closeSync(fd));
  expect(() => writeSync(fd, "line\n")).toThrow("ENOSPC");
  expect(() => lossyWriter(fd)("line\n")).not.toThrow();
});
