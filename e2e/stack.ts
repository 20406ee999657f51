import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, inject } from "vitest";
import { createDatabase } from "../api/test/database.ts";
import { launch } from "./browser.ts";

const MAIN = fileURLToPath(new URL("../api/src/main.ts", import.meta.url));

/** The built product as its users meet it: a real process on a database of its own, and a real browser. */
export interface Stack {
  url: string;
  databaseUrl: string;
  browser: Browser;
  /** All that the process has written, to stdout and stderr. */
  output: () => string;
  /** A browser profile of its own: another person. */
  newPerson: (options?: Parameters<Browser["newContext"]>[0]) => Promise<Page>;
  /** Stops the API and starts it again on the same port and database. */
  stop: () => Promise<void>;
  start: () => Promise<void>;
}

/** Starts a stack before the suite's tests and removes it after them. */
export function useStack(env: Record<string, string> = {}): { current: Stack } {
  const holder = {} as { current: Stack };
  let remove: () => Promise<void>;
  beforeAll(async () => {
    const started = await startStack(env);
    holder.current = started.stack;
    remove = started.remove;
  }, 60_000);
  afterAll(() => remove?.());
  return holder;
}

async function startStack(env: Record<string, string>) {
  const database = await createDatabase(inject("templateName"));
  const port = await freePort();
  const url = `http://localhost:${port}`;
  let output = "";
  let api: ChildProcess | undefined;
  const settings = {
    PORT: String(port),
    DATABASE_URL: database.url,
    ENCRYPTION_KEYS: `e2e:${randomBytes(32).toString("base64")}`,
    AUTH_SECRET: randomBytes(32).toString("base64"),
    SIGN_UP: "open",
    RATE_LIMIT_MULTIPLIER: "1000",
    LOG_LEVEL: "trace",
    SWEEP_INTERVAL_SECONDS: "1",
    ...env,
  };

  const start = async () => {
    // As on a server: in an environment that looks like a test's, better-auth leaves out some of its checks.
    const asOnServer = { NODE_ENV: "production", TEST: "", VITEST: "" };
    const child = spawn(process.execPath, [MAIN], { env: { ...process.env, ...asOnServer, ...settings } });
    api = child;
    const ready = new Promise<void>((resolve, reject) => {
      const listen = (chunk: Buffer) => {
        output += chunk;
        if (output.includes("is ready")) resolve();
      };
      child.stdout.on("data", listen);
      child.stderr.on("data", listen);
      child.once("exit", () => reject(new Error(`the API did not start:\n${output}`)));
    });
    await ready;
  };
  const stop = async () => {
    if (api?.exitCode !== null) return;
    api.kill("SIGTERM");
    await once(api, "exit");
    output = output.replaceAll("is ready", "was ready");
  };

  await start();
  const browser = await launch(inject("browser"));
  const contexts: BrowserContext[] = [];
  const newPerson: Stack["newPerson"] = async (options) => {
    const context = await browser.newContext({ baseURL: url, locale: "en-GB", ...options });
    context.setDefaultTimeout(15_000);
    contexts.push(context);
    return context.newPage();
  };
  const remove = async () => {
    await Promise.all(contexts.map((context) => context.close()));
    await browser.close();
    await stop();
    await database.remove();
  };
  return {
    stack: { url, databaseUrl: database.url, browser, output: () => output, newPerson, stop, start },
    remove,
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
