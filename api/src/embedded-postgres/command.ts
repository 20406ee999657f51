import { spawn } from "node:child_process";

/** An account of the operating system, as `spawn` and `chown` take it. */
export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

/** Characters of a command's output to keep. The last lines say what failed. */
const KEPT_OUTPUT = 8_000;

/**
 * Complete environment of every command. The app's own environment holds its keys, which no other process needs, and PG*
 * variables, which would redirect PostgreSQL. LC_ALL=C, because messages are compared; TZ, because initdb otherwise tries
 * every time zone of the system.
 */
export const COMMAND_ENV: NodeJS.ProcessEnv = {
  PATH: process.env.PATH ?? "/usr/sbin:/usr/bin:/sbin:/bin",
  LC_ALL: "C",
  TZ: "UTC",
};

export interface CommandResult {
  /** The exit code, or null if a signal ended the command. */
  code: number | null;
  /** Standard output and error together, their last 8,000 characters. */
  output: string;
}

/**
 * Runs a command, as `user` if given, and resolves when it has exited, with whatever exit code.
 *
 * @throws Error if the command can't be started.
 */
export function runCommand(command: string, args: string[], user?: SystemUser): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...(user && { uid: user.uid, gid: user.gid }),
      cwd: "/", // The user may not enter the app's folder.
      env: COMMAND_ENV,
      // Pipes, not files: if the app is killed, initdb dies when it prints its next line.
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const keep = (chunk: string) => {
      output = (output + chunk).slice(-KEPT_OUTPUT);
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}
