import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  connect,
  isAlive,
  kill,
  makeDataDir,
  makeFolder,
  onEnd,
  postmasterPid,
  spawnApp,
  start,
  startApp,
  THROWAWAY,
  until,
} from "../../test/embedded-postgres.ts";
import { findBinariesPackage, placeBinaries } from "./binaries.ts";
import { clusterFolder } from "./cluster.ts";
import { findPlace } from "./place.ts";
import { startServer } from "./server.ts";

/** The highest process id Linux and macOS give out is below this (PID_MAX_LIMIT). */
const NO_PID = 4_194_304 + 1;

/** Unlike `THROWAWAY`, these keep a commit in the kernel's hands, where it outlives the server. */
const COMMITTED_STAYS = { fsync: "off" };

describe("after a killed start", { timeout: 30_000 }, () => {
  it("kill -9 of the app loses nothing: the next start stops the orphaned server and continues", async () => {
    const dataDir = await makeDataDir();
    const app = await startApp({ dataDir });
    const sql = connect(app.url ?? "");
    await sql`CREATE TABLE kept AS SELECT 1 AS n`;
    await app.killHard();
    const orphan = await postmasterPid(clusterFolder(dataDir));
    expect(await isAlive(orphan)).toBe(true);
    await sql`INSERT INTO kept VALUES (2)`; // It still serves whoever is connected.

    const lines: string[] = [];
    const { url } = await start({ dataDir, onProgress: (line) => lines.push(line) });
    expect(lines).toEqual([expect.stringContaining(`(process ${orphan})`)]);
    expect(await isAlive(orphan)).toBe(false);
    expect(await connect(url)`SELECT n FROM kept ORDER BY n`).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it.runIf(process.platform === "linux")("an orphan is recognised after its folder was moved", async () => {
    const dataDir = await makeDataDir();
    const app = await startApp({ dataDir, settings: COMMITTED_STAYS });
    await connect(app.url ?? "")`CREATE TABLE kept AS SELECT 1 AS n`;
    await app.killHard();
    await rename(dataDir, `${dataDir}-moved`);
    const { url } = await start({ dataDir: `${dataDir}-moved` });
    expect(await connect(url)`SELECT n FROM kept`).toEqual([{ n: 1 }]);
  });

  it("kill -9 of the app and of the server loses nothing that was committed", async () => {
    const dataDir = await makeDataDir();
    const app = await startApp({ dataDir, settings: COMMITTED_STAYS });
    await connect(app.url ?? "")`CREATE TABLE kept AS SELECT generate_series(1, 10000) AS n`;
    await app.killHard();
    kill(await postmasterPid(clusterFolder(dataDir)), "SIGKILL");

    const { url } = await start({ dataDir });
    expect(await connect(url)`SELECT count(*)::int AS n FROM kept`).toEqual([{ n: 10_000 }]);
  });

  it("waits for children of a killed server that are still busy", async () => {
    const dataDir = await makeDataDir();
    const app = await startApp({ dataDir, settings: COMMITTED_STAYS });
    const sql = connect(app.url ?? "");
    await sql`CREATE TABLE kept AS SELECT 1 AS n`;
    // A computing backend does not check whether its postmaster is alive.
    const busy = sql
      .unsafe(
        "DO $$ DECLARE until timestamptz := clock_timestamp() + '2 s'; BEGIN WHILE clock_timestamp() < until LOOP END LOOP; END $$",
      )
      .catch(() => undefined);
    await until(async () => {
      const [row] = await connect(
        app.url ?? "",
      )`SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE 'DO %'`;
      return row?.n === 1;
    });
    await app.killHard();
    kill(await postmasterPid(clusterFolder(dataDir)), "SIGKILL");

    const began = performance.now();
    const { url } = await start({ dataDir });
    expect(performance.now() - began).toBeGreaterThan(500);
    expect(await connect(url)`SELECT n FROM kept`).toEqual([{ n: 1 }]);
    await busy;
  });

  it("waits for a server that is still shutting down", async () => {
    const dataDir = await makeDataDir();
    const app = await startApp({ dataDir });
    const sql = connect(app.url ?? "");
    await sql`CREATE TABLE kept AS SELECT 1 AS n`;
    await app.killHard();
    // SIGTERM, smart shutdown: it refuses new connections and waits for ours to go.
    kill(await postmasterPid(clusterFolder(dataDir)), "SIGTERM");

    const { url } = await start({ dataDir });
    expect(await connect(url)`SELECT n FROM kept`).toEqual([{ n: 1 }]);
  });

  it("a kill at any moment of the first start leaves nothing that breaks the next", async () => {
    const dataDir = join(await makeFolder(), "data");
    for (const milliseconds of [150, 300, 450, 600, 750, 900]) {
      const app = await spawnApp({ dataDir });
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      await app.killHard();
    }
    const { url } = await start({ dataDir });
    expect(await connect(url)`SELECT 1 AS one`).toEqual([{ one: 1 }]);
    expect((await readdir(dataDir)).filter((name) => name.includes("unfinished"))).toEqual([]);
  });

  it("an unfinished database is removed, not used", async () => {
    const dataDir = await makeDataDir();
    const left = join(dataDir, "postgres.unfinished-abc123", "cluster");
    await mkdir(left, { recursive: true });
    await writeFile(join(left, "PG_VERSION"), "18\n");
    await start({ dataDir });
    expect(await readdir(dataDir)).toEqual(expect.not.arrayContaining(["postgres.unfinished-abc123"]));
  });
});

describe("a stale postmaster.pid", { timeout: 30_000 }, () => {
  it("of a process that has exited does not matter", async () => {
    const dataDir = await makeDataDir();
    await leavePid(dataDir, NO_PID);
    await start({ dataDir });
  });

  it("that names an unrelated process does not matter, and that process is left alone", async () => {
    const dataDir = await makeDataDir();
    await leavePid(dataDir, NO_PID);
    // Its command line mentions the folder, as an editor's or a backup's may.
    const file = join(clusterFolder(dataDir), "postmaster.pid");
    const bystander = spawn("tail", ["-f", file], { stdio: "ignore" });
    onEnd(async () => {
      bystander.kill("SIGKILL");
    });
    await once(bystander, "spawn");
    const pid = bystander.pid ?? 0;
    await writeFile(file, (await readFile(file, "utf8")).replace(/^\d+/, String(pid)));
    const lines: string[] = [];
    await start({ dataDir, onProgress: (line) => lines.push(line) });
    expect(lines).toEqual([]);
    expect(await isAlive(pid)).toBe(true);
  });

  it("that names another PostgreSQL leaves that one running", async () => {
    const dataDir = await makeDataDir();
    const other = await makeDataDir();
    const neighbour = await start({ dataDir: other });
    await leavePid(dataDir, await postmasterPid(clusterFolder(other)));
    await start({ dataDir });
    expect(await connect(neighbour.url)`SELECT 1 AS one`).toEqual([{ one: 1 }]);
  });

  it("that names this process does not matter", async () => {
    const dataDir = await makeDataDir();
    await leavePid(dataDir, process.pid);
    await start({ dataDir });
  });
});

describe("a port", { timeout: 30_000 }, () => {
  it("that another process takes first is replaced by another one", async () => {
    const dataDir = await makeDataDir();
    const { base, user } = await findPlace(dataDir, join(dataDir, "system"), () => {});
    const binaries = await placeBinaries(await findBinariesPackage(), user, join(dataDir, "system"));
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const free = createServer().listen(0, "127.0.0.1");
    await once(free, "listening");
    const ports = [taken, free].map((server) => {
      const address = server.address();
      return typeof address === "object" && address ? address.port : 0;
    });
    free.close();

    const tried: number[] = [];
    const server = await startServer(
      {
        binaries,
        cluster: clusterFolder(base),
        user,
        settings: THROWAWAY,
        onProgress: () => {},
      },
      async () => {
        const port = ports[tried.length] ?? 0;
        tried.push(port);
        return port;
      },
    );
    onEnd(() => server.stop());
    taken.close();
    expect(tried).toEqual(ports);
    expect(server.port).toBe(ports[1]);
  });
});

/** Makes a database and leaves a `postmaster.pid` as a killed server would, but with the given process in line 1. */
async function leavePid(dataDir: string, pid: number): Promise<void> {
  const server = await start({ dataDir });
  const file = join(clusterFolder(dataDir), "postmaster.pid");
  const text = await readFile(file, "utf8");
  await server.stop();
  await writeFile(file, text.replace(/^\d+/, String(pid)));
}
