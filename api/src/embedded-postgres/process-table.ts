import { readdir, readFile } from "node:fs/promises";
import { runCommand } from "./command.ts";

/** The program and arguments of a process, separated by spaces; empty if there is no such process, or a zombie. */
export async function readCommandLine(pid: number): Promise<string> {
  if (process.platform === "linux") {
    // Not by `ps`: a minimal Debian has none.
    const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    return text.replaceAll("\0", " ");
  }
  // macOS. -ww: do not cut the line.
  const { code, output } = await runCommand("ps", ["-ww", "-o", "command=", "-p", String(pid)]);
  return code === 0 ? output : "";
}

/** The ids of all processes. */
export async function readPids(): Promise<number[]> {
  const names =
    process.platform === "linux"
      ? await readdir("/proc")
      : (await runCommand("ps", ["-A", "-o", "pid="])).output.split("\n").map((line) => line.trim());
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}
