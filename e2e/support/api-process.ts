import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

/** The bundle that `pnpm build` makes of the server. */
export const MAIN = fileURLToPath(new URL("../../api/dist/main.js", import.meta.url));

/** The API as operators run it: a process of its own, on a port and a database given to it. */
export interface ApiProcess {
  url: string;
  /** The id of the process that runs now, or ran last. */
  pid: () => number;
  /** All that the process has written, to stdout and stderr, over all its starts. */
  output: () => string;
  /** Stops it in order; does nothing when it has ended already. */
  stop: () => Promise<void>;
  /** Ends it at once, as a crash of the machine would (SIGKILL). */
  kill: () => Promise<void>;
  /** Starts it again on the same port and database. */
  start: () => Promise<void>;
}

/** Fresh keys in the form of environment variables; processes that share a database share them. */
export const freshKeys = () => ({
  ENCRYPTION_KEYS: `e2e:${randomBytes(32).toString("base64")}`,
  AUTH_SECRET: randomBytes(32).toString("base64"),
});

/**
 * Starts an API process and waits until it is ready.
 *
 * @param env variables on top of those that every test needs; `NODE_OPTIONS` preloads modules into it.
 * @param main where it starts, if it is another release's.
 * @throws Error, with what it wrote, when it ends instead.
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
    // As on a server: in an environment that looks like a test's, better-auth leaves out some of its checks.
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

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
