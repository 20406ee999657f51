/** Memory, start time, and size on disk of the bundled server. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startEmbeddedPostgres } from "../../api/src/embedded-postgres/embedded-postgres.ts";
import { freePort, MAIN } from "../support/api-process.ts";
import { type Measurement, pathOn } from "./measurement.ts";
import { residentMiB } from "./processes.ts";
import { startProcess } from "./product.ts";
import { linkIn, paste, revealRight } from "./requests.ts";
import { ratioOf, spreadOf } from "./statistics.ts";
import { atMost, type Row, spreadText } from "./table.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const MOST_IDLE_MIB = 120;
const MOST_LOADED_MIB = 300;

/** Limits of the first start, relative to PostgreSQL's own, and of a later one, in seconds more than PostgreSQL's own. */
const MOST_FIRST = 1.5;
const MOST_LATER_SECONDS = 0.6;

/** Seconds to load all modules of the server. */
const MOST_LOADING_SECONDS = 0.5;

/** `EX_CONFIG` of sysexits.h. */
const EXIT_CONFIG = 78;

const COLD_ROUNDS = 3;

/** Interval between two samples of memory. */
const LOOK_MS = 50;

/** Resident memory of a fresh process when idle, and its peak under 64 concurrent creates or reveals. */
export async function memory(measurement: Measurement): Promise<Row[]> {
  const { product } = measurement;
  await product.restart();
  await sleep(2_000);
  const [pid = 0] = product.pids();
  const idle = await residentMiB(pid);
  const effort = { concurrency: 64, ms: 2_000 };
  let peak = 0;
  const watch = setInterval(async () => {
    peak = Math.max(peak, await residentMiB(pid).catch(() => 0));
  }, LOOK_MS);
  for (let round = 0; round < 2; round++) {
    let answers: string[] = [];
    await pathOn(measurement, effort, paste(product.sender), (each) => {
      answers = each;
    }).run();
    await pathOn(measurement, effort, revealRight(answers.map(linkIn))).run();
  }
  clearInterval(watch);
  return [
    { what: "memory, idle", measured: `${idle.toFixed(0)} MiB`, target: atMost(idle, MOST_IDLE_MIB, "MiB") },
    {
      what: "peak memory, 64 concurrent creates or reveals",
      measured: `${peak.toFixed(0)} MiB`,
      target: atMost(peak, MOST_LOADED_MIB, "MiB"),
    },
  ];
}

/** Loading, and the time to the first response with an empty folder and with the same one again, compared with PostgreSQL alone. */
export async function coldStart(): Promise<Row[]> {
  const times = {
    first: [] as number[],
    firstLimit: [] as number[],
    later: [] as number[],
    laterLimit: [] as number[],
  };
  for (let round = 0; round < COLD_ROUNDS; round++) {
    const folder = await temporaryFolder();
    for (const [own, limit] of [
      ["first", "firstLimit"],
      ["later", "laterLimit"],
    ] as const) {
      times[limit].push(await postgresSeconds(join(folder, "limit")));
      times[own].push(await productSeconds(join(folder, "product")));
    }
    await rm(folder, { recursive: true, force: true });
  }
  const loads: number[] = [];
  for (let round = 0; round < COLD_ROUNDS; round++) loads.push(await loadingSeconds());
  const loading = spreadOf(loads);
  const first = ratioOf(times.first, times.firstLimit);
  const extra = spreadOf(times.later.map((seconds, round) => seconds - (times.laterLimit[round] ?? 0)));
  return [
    {
      what: "module loading",
      measured: `${spreadText(loading)} s`,
      target: atMost(loading, MOST_LOADING_SECONDS, "s"),
    },
    {
      what: "first start ever, to the first response",
      measured: `${spreadText(spreadOf(times.first))} s`,
      comparedWith: "initdb and start of PostgreSQL",
      ratio: first,
      target: atMost(first, MOST_FIRST, "times"),
    },
    {
      what: "later starts, to the first response",
      measured: `${spreadText(spreadOf(times.later))} s, ${extra.median.toFixed(1)} s more than PostgreSQL`,
      comparedWith: "start of PostgreSQL",
      ratio: ratioOf(times.later, times.laterLimit),
      target: atMost(extra, MOST_LATER_SECONDS, "s more"),
    },
  ];
}

async function postgresSeconds(dataDir: string): Promise<number> {
  const start = performance.now();
  const database = await startEmbeddedPostgres({ dataDir });
  const seconds = (performance.now() - start) / 1000;
  await database.stop();
  return seconds;
}

async function productSeconds(dataDir: string): Promise<number> {
  const port = await freePort();
  const start = performance.now();
  const { stop } = await startProcess({ env: { DATA_DIR: dataDir, PORT: String(port) }, stderr: "ignore" });
  const answer = await fetch(`http://localhost:${port}/readyz`);
  const seconds = (performance.now() - start) / 1000;
  const text = await answer.text();
  await stop();
  if (!answer.ok) throw new Error(text);
  return seconds;
}

/**
 * From the start of the process to the end of loading, Node's own start included: a configuration that is not usable ends
 * the process as soon as all modules are loaded.
 */
async function loadingSeconds(): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, [MAIN], { env: { PORT: "none" }, stdio: "ignore" });
  const [code] = await once(child, "exit");
  if (code !== EXIT_CONFIG) throw new Error(`the server exited with ${code}`);
  return (performance.now() - start) / 1000;
}

/** Size on disk of a production deployment, which is what the Dockerfile ships, and of a development installation. */
export async function installSize(): Promise<Row[]> {
  const built = ["api/dist", "drizzle/migrations", "dashboard/dist", "reveal/dist"];
  const files = await Promise.all(built.map((path) => bytesIn(join(ROOT, path))));
  const packages = await bytesIn(join(ROOT, "node_modules"));
  const mib = (...sizes: number[]) => (sizes.reduce((sum, size) => sum + size) / 1024 / 1024).toFixed(0);
  return [
    {
      what: "install size of a production deployment",
      measured: `${mib(...files, await productionPackages("--no-optional"))} MiB; ${mib(...files, await productionPackages())} MiB with the embedded PostgreSQL`,
    },
    { what: "install size for building and testing", measured: `${mib(packages)} MiB` },
  ];
}

/** Bytes of the packages that the Dockerfile installs. */
async function productionPackages(...options: string[]): Promise<number> {
  const folder = await temporaryFolder();
  const workspace = ["api", "dashboard", "drizzle", "e2e", "reveal"];
  const manifests = ["package.json", ...workspace.map((name) => `${name}/package.json`)];
  for (const path of ["pnpm-lock.yaml", "pnpm-workspace.yaml", "drizzle/patches", ...manifests]) {
    await cp(join(ROOT, path), join(folder, path), { recursive: true });
  }
  const install = ["--yes", "pnpm@12", "install", "--frozen-lockfile", "--prod", "--filter", "./api"];
  await promisify(execFile)("npx", [...install, ...options], {
    cwd: folder,
    env: { ...process.env, CI: "true" },
  });
  const bytes = await bytesIn(join(folder, "node_modules"));
  await rm(folder, { recursive: true, force: true });
  return bytes;
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true });
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return bytesIn(path);
      return entry.isFile() ? (await stat(path)).size : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
