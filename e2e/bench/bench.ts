/**
 * Measures every path of the product next to its limit and prints one table. Nothing is asserted: results depend on the
 * machine. Run: pnpm bench [part …], with nothing else running. The parts are listed below.
 */
import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { argon2Choice } from "./argon2-choice.ts";
import { assets } from "./assets.ts";
import { endpoint } from "./endpoint.ts";
import { coldStart, installSize, memory } from "./footprint.ts";
import { growth } from "./growth.ts";
import { handOff } from "./hand-off.ts";
import { layers } from "./layers.ts";
import { lookups } from "./lookups.ts";
import { machine } from "./machine.ts";
import { type Measurement, startMeasurement } from "./measurement.ts";
import { picture } from "./picture.ts";
import { startProduct } from "./product.ts";
import { signIns } from "./sign-ins.ts";
import { sweep } from "./sweep.ts";
import { type Row, table, targetTable } from "./table.ts";

const say = (line = "") => process.stdout.write(`${line}\n`);

/** The parts, in order: memory while the process is young, the sweep once there is something to remove. */
const PARTS: Record<string, (measurement: Measurement) => Promise<Row[]>> = {
  memory,
  endpoint,
  layers,
  "hand-off": handOff,
  lookups,
  assets,
  "cold-start": coldStart,
  install: installSize,
  argon2: argon2Choice,
  "sign-ins": signIns,
  growth: growthWithPicture,
  sweep,
};

/** Redraws the curves in each run. */
async function growthWithPicture(measurement: Measurement): Promise<Row[]> {
  const { rows, panels } = await growth(measurement);
  const date = new Date().toISOString().slice(0, 10);
  const caption = `CPU per request in ms, server and PostgreSQL; ${availableParallelism()} cores, ${date}`;
  await writeFile(new URL("../pictures/growth.svg", import.meta.url), picture(panels, caption));
  return rows;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in PARTS));
if (unknown.length > 0) throw new Error(`unknown part; choose from ${Object.keys(PARTS).join(", ")}`);

const start = performance.now();
const product = await startProduct();
const measurement = startMeasurement(product);
try {
  const [{ version }] = await product.sql<
    [{ version: string }]
  >`SELECT current_setting('server_version') AS version`;
  say(machine(version));
  const rows: Row[] = [];
  for (const [name, part] of Object.entries(PARTS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const begun = performance.now();
    const own = await part(measurement);
    rows.push(...own);
    // Printed immediately, so that an aborted run is not lost.
    process.stderr.write(`${name}: ${((performance.now() - begun) / 1000).toFixed(0)} s\n${table(own)}\n`);
  }
  say(`\n${table(rows)}\n\nTargets:\n\n${targetTable(rows)}\n`);
  const measured = rows.filter(({ target }) => target);
  const met = measured.filter(({ target }) => target?.isMet);
  say(
    `${met.length} of ${measured.length} targets met, in ${((performance.now() - start) / 60_000).toFixed(1)} minutes.`,
  );
} finally {
  await measurement.stop();
  await product.stop();
}
