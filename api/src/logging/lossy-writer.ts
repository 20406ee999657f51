import { writeSync } from "node:fs";

/** Pino's number of the level `warn`. */
const WARN = 40;

/** How often, and after how many ms each, a write is repeated while the reader of a non-blocking pipe is busy. */
const BUSY_RETRIES = 10;
const BUSY_DELAY_MS = 100;

const NEWLINE = "\n".charCodeAt(0);

/**
 * Creates a function that writes lines to a file descriptor and never throws: a log that can't be written, such as on a
 * full disk or to a closed pipe or terminal, must not stop the server. Lines that fail are lost. They are counted, and the
 * next write that succeeds begins with a line of JSON that says how many.
 *
 * @param fd an open file descriptor.
 * @param write stands in for `fs.writeSync`, for tests.
 * @returns a function that takes one or more whole lines.
 */
export function lossyWriter(
  fd: number,
  write: (fd: number, bytes: Uint8Array) => number = writeSync,
): (lines: string) => void {
  let lost = 0;
  let code: string | undefined;
  /** Whether only the beginning of the last line was written. */
  let isMidLine = false;

  const writeAll = (text: string) => {
    // While lines are lost there is no waiting, or a reader that is stuck would hold up each of them.
    let retries = lost > 0 ? 0 : BUSY_RETRIES;
    for (let rest = Buffer.from(text); rest.length > 0; ) {
      try {
        const written = write(fd, rest);
        if (written > 0) isMidLine = rest[written - 1] !== NEWLINE;
        rest = rest.subarray(written);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN" || retries-- === 0) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_DELAY_MS);
      }
    }
  };

  return (lines) => {
    try {
      if (lost > 0) {
        const report = { level: WARN, time: Date.now(), msg: "log lines were lost", lines: lost, code };
        writeAll(`${isMidLine ? "\n" : ""}${JSON.stringify(report)}\n`);
        lost = 0;
      }
      writeAll(lines);
    } catch (error) {
      code = (error as NodeJS.ErrnoException).code;
      lost += lines.split("\n").length - 1;
    }
  };
}
