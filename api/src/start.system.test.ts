import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { makeFolder } from "../test/embedded-postgres.ts";
import { clusterFolder } from "./embedded-postgres/cluster.ts";

const MAIN = join(import.meta.dirname, "main.ts");

/** A port that somebody listens on, or, if it is not to be taken, one that was free a moment ago. */
async function port(isTaken: boolean): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const close = () => new Promise((done) => server.close(done));
  if (isTaken) onTestFinished(close as () => Promise<void>);
  else await close();
  return typeof address === "object" && address ? address.port : 0;
}

/** Runs the server with an embedded database to its end, told to stop as soon as it says `until`. */
async function start(env: Record<string, string>, until?: string) {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH, LOG_LEVEL: "silent", ...env },
  });
  let output = "";
  let isTold = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk;
      if (isTold || !until || !output.includes(until)) return;
      isTold = child.kill("SIGTERM");
    });
  }
  onTestFinished(() => void child.kill("SIGKILL"));
  const [code] = await once(child, "close");
  return { code, output };
}

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

  it("ends in order when it is told to while the database is being made, and again once it is ready", async () => {
    const dataDir = join(await makeFolder(), "data");
    const env = { DATA_DIR: dataDir, PORT: String(await port(false)) };
    const stopped = await start(env, "Making a database");
    expect(stopped.output).toMatch(/^Making a database .*\nStopping…\n$/);
    expect(stopped.code).toBe(0);
    expect(existsSync(join(clusterFolder(dataDir), "postmaster.pid"))).toBe(false);
    const ready = await start(env, "is ready");
    expect(ready.output).toBe(
      `Migrating the database…\n\n  TTL Secrets is ready: http://localhost:${env.PORT}\n\nStopping…\n`,
    );
    expect(ready.code).toBe(0);
  });
});
