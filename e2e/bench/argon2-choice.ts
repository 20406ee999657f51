/** Compares Argon2id settings and implementations, on one core and on two. */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { ARGON2_PARAMETERS, type Argon2Parameters } from "../../api/src/crypto/argon2.ts";
import type * as RawArgon2 from "./raw-argon2.ts";
import { type Row, rowOf } from "./table.ts";
import { takeTurns } from "./turns.ts";
import { startWorker } from "./worker.ts";

/** The settings that OWASP's Password Storage Cheat Sheet lists as equivalent. */
const SETTINGS: Argon2Parameters[] = [
  { memoryKib: 47_104, timeCost: 1, parallelism: 1 },
  ARGON2_PARAMETERS,
  { memoryKib: 12_288, timeCost: 3, parallelism: 1 },
  { memoryKib: 9_216, timeCost: 4, parallelism: 1 },
  { memoryKib: 7_168, timeCost: 5, parallelism: 1 },
];

const MS = 500;
const ROUNDS = 3;

const nameOf = ({ memoryKib, timeCost }: Argon2Parameters) =>
  `${(memoryKib / 1024).toFixed(0)} MiB, t=${timeCost}`;

/** Hashes per second of each setting and implementation. */
export async function argon2Choice(): Promise<Row[]> {
  const path = fileURLToPath(new URL("./raw-argon2.ts", import.meta.url));
  const rows: Row[] = [];
  for (const cores of new Set([1, Math.min(2, availableParallelism())])) {
    const worker = startWorker<typeof RawArgon2>(path, { cores });
    if (!(await worker.call("isSame"))) throw new Error("the implementations differ");
    const contender = (options: Omit<Parameters<typeof RawArgon2.hashes>[0], "ms">) => ({
      run: () => worker.call("hashes", { ms: MS, ...options }),
      pids: () => [worker.pid],
    });
    const settings = await takeTurns(
      Object.fromEntries(SETTINGS.map((parameters) => [nameOf(parameters), contender({ parameters })])),
      ROUNDS,
      { warmUps: 0 },
    );
    const names = ["argon2", "node:crypto", "@node-rs/argon2"] as const;
    const implementations = await takeTurns(
      Object.fromEntries(names.map((implementation) => [implementation, contender({ implementation })])),
      ROUNDS,
      { warmUps: 0 },
    );
    const on = cores === 1 ? "one core" : `${cores} cores`;
    const ours = settings[nameOf(ARGON2_PARAMETERS)] ?? [];
    for (const [name, rounds] of Object.entries(settings)) {
      rows.push(
        rowOf(`argon2, ${name}, ${on}`, rounds, { limit: { name: nameOf(ARGON2_PARAMETERS), rounds: ours } }),
      );
    }
    const own = implementations.argon2 ?? [];
    for (const [name, rounds] of Object.entries(implementations)) {
      rows.push(rowOf(`${name}, ${on}`, rounds, { limit: { name: "argon2", rounds: own } }));
    }
    await worker.stop();
  }
  return rows;
}
