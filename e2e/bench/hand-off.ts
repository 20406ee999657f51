/** Create and reveal, compared with the hash that both need. */
import { type Effort, type Measurement, pathOn } from "./measurement.ts";
import { generate, type Link, linkIn, paste, revealRight, revealWrong } from "./requests.ts";
import type { Row } from "./table.ts";
import { rowOf } from "./table.ts";
import { type Round, takeTurns } from "./turns.ts";

/** Target: share of the raw hash rate that both must reach; the rest may cost a tenth. */
const LEAST = 0.9;

type Path = "argon2" | "paste" | "right" | "generate" | "wrong";

/** Rounds of all four, and of the raw hash, their limit. */
export function handOffRounds(
  measurement: Measurement,
  effort: Effort,
  rounds: number,
  warmUps: number,
): Promise<Record<Path, Round[]>> {
  const { argon2, product } = measurement;
  const { sender } = product;
  // Each reveal round uses the secrets of the create round before it.
  let links: Link[] = [];
  const keep = (answers: string[]) => {
    links = answers.map(linkIn);
  };
  return takeTurns(
    {
      argon2: { run: () => argon2.call("hashes", { ms: effort.ms }), pids: () => [argon2.pid] },
      paste: pathOn(measurement, effort, paste(sender), keep),
      right: pathOn(measurement, effort, () => revealRight(links)),
      generate: pathOn(measurement, effort, generate(sender), keep),
      wrong: pathOn(measurement, effort, () => revealWrong(links)),
    },
    rounds,
    { warmUps },
  );
}

/** Measures the four paths with 16, 1 and 64 concurrent requests. */
export async function handOff(measurement: Measurement): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [concurrency, ms, rounds] of [
    [16, 1000, 5],
    [1, 600, 3],
    [64, 600, 5],
  ] as const) {
    const done = await handOffRounds(measurement, { concurrency, ms }, rounds, concurrency === 16 ? 1 : 0);
    const limit = { name: "raw argon2, all cores", rounds: done.argon2 };
    // A single request can't use two cores.
    const least = concurrency === 1 ? {} : { least: LEAST };
    const row = (what: string, each: Round[]) =>
      rowOf(`${what}, ${concurrency} concurrent`, each, { limit, withDatabase: true, ...least });
    if (concurrency === 16) rows.push(rowOf("limit: raw argon2, all cores", done.argon2));
    rows.push(
      row("reveal, right passphrase", done.right),
      row("reveal, wrong passphrase", done.wrong),
      row("create, pasted", done.paste),
      row("create, generated", done.generate),
    );
  }
  return rows;
}
