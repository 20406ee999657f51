import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { makeFolder } from "../test/embedded-postgres.ts";
import { clusterFolder } from "./embedded-postgres/cluster.ts";

/** The bundle that operators run, and the source that developers run. */
const BUNDLE = join(import.meta.dirname, "../dist/main.js");
const SOURCE = join(import.meta.dirname, "main.ts");

/** The bundle of the command line. */
const ADMIN = join(import.meta.dirname, "../dist/admin.js");

/** A port that is in use until the test ends, or one that was free a moment ago. */
async function port(isTaken: boolean): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const close = () => new Promise((done) => server.close(done));
  if (isTaken) onTestFinished(close as () => Promise<void>);
  else await close();
  return typeof address === "object" && address ? address.port : 0;
}

interface Run {
  main?: string;
  args?: string[];
  /** The server is stopped as soon as it prints this; else it is expected to end by itself. */
  until?: string;
  /** Runs before it is stopped. */
  meanwhile?: () => Promise<void>;
  /** How it is stopped. */
  signal?: NodeJS.Signals;
}

const environment = (env: Record<string, string>) => ({
  PATH: process.env.PATH,
  LOG_LEVEL: "silent",
  ...env,
});

/** Runs the server until it exits. */
async function start(
  env: Record<string, string>,
  { main = BUNDLE, args = [], until, meanwhile, signal = "SIGTERM" }: Run = {},
) {
  const child = spawn(process.execPath, [main, ...args], { env: environment(env) });
  let output = "";
  let seen: Promise<unknown> | undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk;
      if (seen || !until || !output.includes(until)) return;
      seen = Promise.resolve(meanwhile?.()).finally(() => child.kill(signal));
    });
  }
  onTestFinished(() => void child.kill("SIGKILL"));
  const [code] = await once(child, "close");
  await seen;
  return { code, output };
}

describe.each([
  ["the bundle", BUNDLE],
  ["the source", SOURCE],
])("a start of %s", { timeout: 120_000 }, (_what, main) => {
  it("exits with 78 (EX_CONFIG) when the configuration is not usable", async () => {
    const { code, output } = await start({ PORT: "x" }, { main });
    expect(output).toContain("PORT must be a whole number");
    expect(code).toBe(78);
  });

  it("serves with an embedded database", async () => {
    const dataDir = join(await makeFolder(), "data");
    const env = { DATA_DIR: dataDir, PORT: String(await port(false)) };
    const answers: number[] = [];
    const meanwhile = async () => {
      const answer = await fetch(`http://localhost:${env.PORT}/readyz`);
      answers.push(answer.status);
    };
    const { code, output } = await start(env, { main, until: "is ready", meanwhile });
    expect(output).toContain(`TTL Secrets is ready: http://localhost:${env.PORT}`);
    expect(answers).toEqual([200]);
    expect(code).toBe(0);
  });
});

describe("the source maps of the bundle", { timeout: 120_000 }, () => {
  it.each([
    ["the server", BUNDLE, []],
    ["the command line", ADMIN, ["list-vaults"]],
  ])("turn a stack trace of %s into lines of the source", async (_what, main, args) => {
    const closing = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(closing, "listening");
    onTestFinished(() => void closing.close());
    const address = closing.address();
    const databasePort = typeof address === "object" && address ? address.port : 0;
    const env = {
      DATABASE_URL: `postgres://127.0.0.1:${databasePort}/secrets`,
      ENCRYPTION_KEYS: `k1:${randomBytes(32).toString("base64")}`,
      AUTH_SECRET: randomBytes(32).toString("base64"),
      PORT: String(await port(false)),
    };
    const { code, output } = await start(env, { main, args });
    expect(output).toMatch(/node_modules\/postgres\/src\/\w+\.js:\d+:\d+/);
    expect(output).not.toContain("api/dist/");
    expect(code).toBe(1);
  });

  it("are not served", async () => {
    const maps = readdirSync(join(BUNDLE, "..")).filter((name) => name.endsWith(".map"));
    expect(maps).toContain("main.js.map");
    for (const app of ["dashboard", "reveal"]) {
      const names = readdirSync(join(BUNDLE, "../../..", app, "dist"), { recursive: true });
      expect(names.map(String).filter((name) => name.endsWith(".map"))).toEqual([]);
    }
    const env = { DATA_DIR: join(await makeFolder(), "data"), PORT: String(await port(false)) };
    const served: string[] = [];
    const meanwhile = async () => {
      for (const folder of [
        "",
        "assets/",
        "reveal/",
        "dist/",
        "api/dist/",
        "%2e%2e/api/dist/",
        "..%2fapi%2fdist%2f",
      ]) {
        for (const name of ["main.js", ...maps]) {
          const answer = await fetch(`http://localhost:${env.PORT}/${folder}${name}`);
          if (/"mappings"|sourceMappingURL/.test(await answer.text())) served.push(folder + name);
        }
      }
    };
    await start(env, { until: "is ready", meanwhile });
    expect(served).toEqual([]);
  });
});

describe("a start with an embedded database", { timeout: 120_000 }, () => {
  it.each(["PORT", "METRICS_PORT"])("says that %s is in use before a database is made", async (variable) => {
    const folder = await makeFolder();
    const env = { DATA_DIR: join(folder, "data"), PORT: String(await port(false)) };
    const taken = await port(true);
    const { code, output } = await start({ ...env, [variable]: String(taken) });
    expect(output).toBe(`Port ${taken} is in use. Stop what uses it, or set ${variable} to another one.\n`);
    expect(code).toBe(1);
    expect(existsSync(env.DATA_DIR)).toBe(false);
  });

  it("stops in order while the database is being made, and again once it is ready", async () => {
    const dataDir = join(await makeFolder(), "data");
    const env = { DATA_DIR: dataDir, PORT: String(await port(false)) };
    const stopped = await start(env, { until: "Making a database" });
    expect(stopped.output).toMatch(/^Making a database .*\nStopping…\n$/);
    expect(stopped.code).toBe(0);
    expect(existsSync(join(clusterFolder(dataDir), "postmaster.pid"))).toBe(false);
    const ready = await start(env, { until: "is ready" });
    expect(ready.output).toBe(
      `Migrating the database…\n\n  TTL Secrets is ready: http://localhost:${env.PORT}\n\nStopping…\n`,
    );
    expect(ready.code).toBe(0);
  });
});

const status = (port: string) =>
  fetch(`http://localhost:${port}/readyz`).then(
    (answer) => answer.status,
    () => 0,
  );

describe("a server with an embedded database", { timeout: 120_000 }, () => {
  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("stops in order on %s", async (signal) => {
    const dataDir = join(await makeFolder(), "data");
    const env = { DATA_DIR: dataDir, PORT: String(await port(false)) };
    const { code, output } = await start(env, { until: "is ready", signal });
    expect(output).toMatch(/\nStopping…\n$/);
    expect(code).toBe(0);
    expect(existsSync(join(clusterFolder(dataDir), "postmaster.pid"))).toBe(false);
  });

  // As `npx pnpm start` does: a shell in a shell, neither of which forwards a signal. `:` keeps them from becoming the server.
  const SERVER = `npm_lifecycle_event=start "${process.execPath}" "${BUNDLE}"; :`;
  const WRAPPERS = {
    pnpm: SERVER,
    npx: `npm_lifecycle_event=npx sh -c '${SERVER}'; :`,
  };

  it.runIf(process.platform === "linux").each([
    ["pnpm", "SIGTERM"],
    ["npx", "SIGTERM"],
    ["npx", "SIGHUP"],
    ["npx", "SIGKILL"],
  ] as const)("stops in order when the %s that started it ends by %s", async (wrapper, signal) => {
    const dataDir = join(await makeFolder(), "data");
    const env = { DATA_DIR: dataDir, PORT: String(await port(false)) };
    const child = spawn("sh", ["-c", WRAPPERS[wrapper]], { env: environment(env), detached: true });
    onTestFinished(() => {
      try {
        process.kill(-(child.pid ?? 0), "SIGKILL");
      } catch {
        // The whole group has ended.
      }
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    await expect.poll(() => status(env.PORT), { timeout: 60_000 }).toBe(200);
    child.kill(signal);
    // The server inherits the pipes, so they close when it has ended.
    await once(child, "close");
    expect(output).toMatch(/\nStopping: the package manager .* has ended\.\n$/);
    expect(await status(env.PORT)).toBe(0);
    expect(existsSync(join(clusterFolder(dataDir), "postmaster.pid"))).toBe(false);
  });

  it.runIf(existsSync("/dev/full"))("starts, serves and stops when no output can be written", async () => {
    const dataDir = join(await makeFolder(), "data");
    const env = { DATA_DIR: dataDir, PORT: String(await port(false)), LOG_LEVEL: "trace" };
    const full = openSync("/dev/full", "w");
    onTestFinished(() => closeSync(full));
    const child = spawn(process.execPath, [BUNDLE], { env: environment(env), stdio: ["ignore", full, full] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const exited = once(child, "exit");
    await expect.poll(() => child.exitCode ?? status(env.PORT), { timeout: 60_000 }).toBe(200);
    for (let request = 0; request < 20; request++) expect(await status(env.PORT)).toBe(200);
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
    expect(existsSync(join(clusterFolder(dataDir), "postmaster.pid"))).toBe(false);
  });

  it("starts, serves and stops when the reader of its output ends", async () => {
    const dataDir = join(await makeFolder(), "data");
    const env = { DATA_DIR: dataDir, PORT: String(await port(false)), LOG_LEVEL: "trace" };
    const child = spawn(process.execPath, [BUNDLE], { env: environment(env) });
    onTestFinished(() => void child.kill("SIGKILL"));
    const exited = once(child, "exit");
    child.stdout.destroy();
    child.stderr.destroy();
    await expect.poll(() => child.exitCode ?? status(env.PORT), { timeout: 60_000 }).toBe(200);
    for (let request = 0; request < 20; request++) expect(await status(env.PORT)).toBe(200);
    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
    expect(existsSync(join(clusterFolder(dataDir), "postmaster.pid"))).toBe(false);
  });
});
