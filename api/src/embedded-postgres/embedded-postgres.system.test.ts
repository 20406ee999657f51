import { stat } from "node:fs/promises";
import { createConnection } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { describe, expect, it } from "vitest";
import {
  connect,
  kill,
  makeDataDir,
  makeFolder,
  postmasterPid,
  start,
  startApp,
} from "../../test/embedded-postgres.ts";
import { clusterFolder, readSuperuserPassword } from "./cluster.ts";
import { DataDirInUseError } from "./embedded-postgres.ts";

describe("the embedded PostgreSQL", { timeout: 30_000 }, () => {
  it("is created at the first start and keeps its data for the second", async () => {
    const dataDir = join(await makeFolder(), "not", "there", "yet");
    const lines: string[] = [];
    const first = await start({ dataDir, onProgress: (line) => lines.push(line) });
    const sql = connect(first.url);
    await sql`CREATE TABLE kept AS SELECT 'ä€😀' AS word`;
    await first.stop();
    expect(lines).toEqual([expect.stringContaining(`Making a database in ${dataDir}`)]);

    lines.length = 0;
    const second = await start({ dataDir, onProgress: (line) => lines.push(line) });
    expect(await connect(second.url)`SELECT word FROM kept`).toEqual([{ word: "ä€😀" }]);
    expect(lines).toEqual([]);
  });

  it("is PostgreSQL 18 in UTF-8 with checksums, byte-wise collation and no statement in its log", async () => {
    const { url } = await start({ dataDir: await makeDataDir() });
    const [row] = await connect(url)`
      SELECT current_setting('server_version_num')::int / 10000 AS version,
             current_setting('server_encoding') AS encoding,
             current_setting('data_checksums') AS checksums,
             (SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = current_database()) AS locale,
             current_setting('log_statement') AS statements,
             current_setting('log_min_messages') AS messages,
             current_setting('log_error_verbosity') AS verbosity`;
    expect(row).toEqual({
      version: 18,
      encoding: "UTF8",
      checksums: "on",
      locale: "bC.UTF-8",
      statements: "none",
      messages: "log",
      verbosity: "terse",
    });
  });

  it("gives the app a database it owns, but not the server", async () => {
    const { url } = await start({ dataDir: await makeDataDir() });
    expect(url).toMatch(/^postgres:\/\/ttl_secrets:[\w-]{43}@127\.0\.0\.1:\d+\/ttl_secrets$/);
    const sql = connect(url);
    await sql.unsafe("CREATE DATABASE another");
    await expect(sql`SELECT pg_read_file('pg_hba.conf')`).rejects.toThrow("permission denied");
    await expect(sql.unsafe("COPY (SELECT 1) TO PROGRAM 'true'")).rejects.toThrow("permission denied");
  });

  it("refuses a wrong password, and that of an earlier start", async () => {
    const dataDir = await makeDataDir();
    const first = await start({ dataDir });
    await first.stop();
    const second = await start({ dataDir });

    const wrong = new URL(second.url);
    wrong.password = "wrong";
    await expect(connect(wrong.href)`SELECT 1`).rejects.toThrow("password authentication failed");
    wrong.password = new URL(first.url).password;
    await expect(connect(wrong.href)`SELECT 1`).rejects.toThrow("password authentication failed");
    wrong.username = "postgres";
    wrong.password = "";
    await expect(connect(wrong.href)`SELECT 1`).rejects.toThrow();
  });

  it("listens on the loopback address only", async () => {
    const dataDir = await makeDataDir();
    const { url } = await start({ dataDir });
    const port = Number(new URL(url).port);
    const admin = { port, host: "127.0.0.1", user: "postgres", database: "postgres", max: 1 };
    const sql = postgres({ ...admin, password: await readSuperuserPassword(dataDir) });
    const [settings] = await sql`
      SELECT current_setting('listen_addresses') AS tcp, current_setting('unix_socket_directories') AS unix`;
    await sql.end();
    expect(settings).toEqual({ tcp: "127.0.0.1", unix: "" });

    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ address, scopeid }) => address !== "127.0.0.1" && !scopeid)
      .map(({ address }) => address);
    if (process.platform === "linux") others.push("127.0.0.2");
    expect(await connects("127.0.0.1", port)).toBe(true);
    for (const address of others) expect([address, await connects(address, port)]).toEqual([address, false]);
  });

  it("keeps its password and its files from other users", async () => {
    const dataDir = join(await makeFolder(), "data");
    await start({ dataDir });
    const mode = async (...names: string[]) => (await stat(join(dataDir, ...names))).mode & 0o777;
    const folder = process.getuid?.() === 0 ? 0o710 : 0o700; // As root the server's group must get through.
    expect(await mode()).toBe(folder);
    expect(await mode("postgres")).toBe(folder);
    expect(await mode("postgres", "cluster")).toBe(0o700);
    expect(await mode("postgres", "superuser-password")).toBe(0o600);
    expect((await stat(join(dataDir, "postgres", "superuser-password"))).uid).toBe(process.getuid?.());
    await expect(mode("postgres", "password-for-initdb")).rejects.toThrow("ENOENT");
  });

  it("refuses a second start on the same folder, names the folder and keeps running", async () => {
    const dataDir = await makeDataDir();
    const { url } = await start({ dataDir });
    const second = start({ dataDir });
    await expect(second).rejects.toThrow(DataDirInUseError);
    await expect(second).rejects.toThrow(
      `${dataDir} is in use by another TTL Secrets (process ${process.pid}). Stop that one first, or set DATA_DIR to a different folder.`,
    );
    const { lines } = await startApp({ dataDir });
    expect(lines).toEqual([expect.stringMatching(/^DataDirInUseError: .+ is in use by another/)]);
    expect(await connect(url)`SELECT 1 AS one`).toEqual([{ one: 1 }]);
  });

  it("lets exactly one of several simultaneous first starts win", async () => {
    const dataDir = join(await makeFolder(), "data");
    const apps = await Promise.all([1, 2, 3].map(() => startApp({ dataDir })));
    const [winner, ...more] = apps.filter(({ url }) => url);
    expect(more).toEqual([]);
    for (const app of apps.filter((other) => other !== winner)) {
      expect(app.lines).toEqual([expect.stringContaining("DataDirInUseError")]);
    }
    expect(await connect(winner?.url ?? "")`SELECT 1 AS one`).toEqual([{ one: 1 }]);
  });

  it("can be stopped twice, and releases the folder", async () => {
    const dataDir = await makeDataDir();
    const server = await start({ dataDir });
    const pid = await postmasterPid(clusterFolder(dataDir));
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(kill(pid, 0)).toBe(false);
    await start({ dataDir });
  });

  it("reports when the server exits by itself", async () => {
    const dataDir = await makeDataDir();
    const server = await start({ dataDir });
    kill(await postmasterPid(clusterFolder(dataDir)), "SIGTERM");
    expect(await server.exited).toMatchObject({ code: 0, log: expect.stringContaining("shut down") });
    await server.stop();
  });

  it("receives no signal from the terminal: it has its own process group", async () => {
    const dataDir = await makeDataDir();
    await start({ dataDir });
    const pid = await postmasterPid(clusterFolder(dataDir));
    expect(kill(-pid, 0)).toBe(true);
  });

  it("shows the server's last log lines when it does not start, and releases the folder", async () => {
    const dataDir = await makeDataDir();
    await expect(start({ dataDir, settings: { shared_buffers: "nonsense" } })).rejects.toThrow(
      /did not start:\n.*invalid value for parameter "shared_buffers"/,
    );
    await start({ dataDir });
  });

  it("names a folder that it can't use and says what to do", async () => {
    await expect(start({ dataDir: "/dev/null/data" })).rejects.toThrow(
      /^\/dev\/null\/data can't hold the database \(.+\)\. Set DATA_DIR to /,
    );
  });
});

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 2000 });
    const done = (connected: boolean) => {
      socket.destroy();
      resolve(connected);
    };
    socket.once("connect", () => done(true));
    socket.once("error", () => done(false));
    socket.once("timeout", () => done(false));
  });
}
