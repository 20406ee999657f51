import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

/** The bundle that `pnpm build` makes of the server. */
export const MAIN = fileURLToPath(new URL("../../api/dist/main.js", import.meta.url));

/** The API as operators run it: a process with a port and a database. */
export interface ApiProcess {
  url: string;
  /** The process id of the current or last run. */
  pid: () => number;
  /** Everything written to stdout and stderr, over all runs. */
  output: () => string;
  /** Stops it by SIGTERM. Does nothing if it has ended. */
  stop: () => Promise<void>;
  /** Ends it by SIGKILL, as a crash of the machine would. */
  kill: () => Promise<void>;
  /** Starts it again on the same port and database. */
  start: () => Promise<void>;
}

/** New keys as environment variables. Processes that share a database must share them. */
export const freshKeys = () => ({
  ENCRYPTION_KEYS: `e2e:${randomBytes(32).toString("base64")}`,
  AUTH_SECRET: randomBytes(32).toString("base64"),
});

/**
 * Starts an API process and waits until it is ready.
 *
 * @param env additional environment variables; `NODE_OPTIONS` can preload modules.
 * @param main entry point, if another release's.
 * @throws Error with its output if it exits instead.
 */
export async function startApi(
  databaseUrl: string,
  env: Record<string, string> = {},
  main = MAIN,
): Promise<ApiProcess> {
  const port = await freePort();
  let output = "";
  let child: ChildProcess | undefined;
  const settings = {
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    ...freshKeys(),
    SIGN_UP: "open",
    RATE_LIMIT_MULTIPLIER: "1000",
    LOG_LEVEL: "trace",
    SWEEP_INTERVAL_SECONDS: "1",
    // As on a server: better-auth skips some of its checks in a test environment.
    NODE_ENV: "production",
    TEST: "",
    VITEST: "",
    ...env,
  };

  const start = async () => {
    const begun = spawn(process.execPath, [main], { env: { ...process.env, ...settings } });
    child = begun;
    await new Promise<void>((resolve, reject) => {
      let own = "";
      const listen = (chunk: Buffer) => {
        own += chunk;
        output += chunk;
        if (own.includes("is ready")) resolve();
      };
      begun.stdout.on("data", listen);
      begun.stderr.on("data", listen);
      begun.once("exit", () => reject(new Error(`the API did not start:\n${own}`)));
    });
  };
  const end = async (signal: "SIGTERM" | "SIGKILL") => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  };

  await start();
  return {
    url: `http://localhost:${port}`,
    pid: () => child?.pid ?? 0,
    output: () => output,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    start,
  };
}

/** Finds a free port. Another process may take it before the caller does. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
