/** Memory, start time, and size on disk. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startEmbeddedPostgres } from "../../api/src/embedded-postgres/embedded-postgres.ts";
import { freePort } from "../support/api-process.ts";
import { type Measurement, pathOn } from "./measurement.ts";
import { residentMiB } from "./processes.ts";
import { startProcess } from "./product.ts";
import { linkIn, paste, revealRight } from "./requests.ts";
import { ratioOf, spreadOf } from "./statistics.ts";
import { atMost, type Row, spreadText } from "./table.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const MOST_IDLE_MIB = 150;
const MOST_LOADED_MIB = 300;

/** Targets: the first start as a multiple of PostgreSQL's, and seconds that a later start may add. */
const MOST_FIRST = 3;
const MOST_LATER_SECONDS = 2;

const COLD_ROUNDS = 3;

/** Interval between readings of memory. */
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

/** Time to the first response, with an empty folder and with the same folder again, compared with PostgreSQL alone. */
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
  const first = ratioOf(times.first, times.firstLimit);
  const extra = spreadOf(times.later.map((seconds, round) => seconds - (times.laterLimit[round] ?? 0)));
  return [
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

/** What is on disk: all that `pnpm start` installs, and of that what runs on a server. */
export async function installSize(): Promise<Row[]> {
  const { stdout } = await promisify(execFile)(
    "npx",
    ["--yes", "pnpm@12", "--recursive", "list", "--prod", "--depth", "Infinity", "--parseable"],
    { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 },
  );
  const folders = new Set(stdout.split("\n").filter((line) => line.includes("node_modules")));
  // Packages for other platforms are listed, but not there.
  const sizes = await Promise.all([...folders].filter((folder) => existsSync(folder)).map(bytesIn));
  const mib = (bytes: number) => (bytes / 1024 / 1024).toFixed(0);
  const all = await bytesIn(join(ROOT, "node_modules"));
  const run = sizes.reduce((sum, size) => sum + size, 0);
  return [
    {
      what: "size of the install",
      measured: `${mib(all)} MiB with what builds and tests; ${mib(run)} MiB of it runs, PostgreSQL included`,
    },
  ];
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
