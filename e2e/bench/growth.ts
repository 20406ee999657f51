/** CPU time of each path as the secrets of a project, and as concurrent requests, increase. */
import { type Measurement, pathOn } from "./measurement.ts";
import type { Curve, Panel } from "./picture.ts";
import {
  available,
  type Link,
  linkIn,
  paste,
  revealRight,
  revealUnknown,
  secretsPage,
  unknownLinks,
} from "./requests.ts";
import { addProject, cursorAt, fill } from "./seed.ts";
import { ratioOf, spreadOf } from "./statistics.ts";
import { atMost, type Row, spreadText } from "./table.ts";
import { type Contender, type Round, takeTurns } from "./turns.ts";

/** Stored secrets, in one project. */
const SIZES = [1_000, 10_000, 100_000, 1_000_000];

const CONCURRENCIES = [1, 4, 16, 64];

/** 5,000 pages of 50. */
const DEEP = 250_000;

/** Target: how much longer a page may take with a million secrets than with a thousand. */
const MOST = 1.2;

const MS = 300;
const ROUNDS = 3;
/** For rows with a target. */
const MORE_ROUNDS = 7;

/** Measures growth, and returns the panels of the picture. Leaves a million expired payloads for the sweep. */
export async function growth(measurement: Measurement): Promise<{ rows: Row[]; panels: Panel[] }> {
  const { product } = measurement;
  const [small, large] = [await addProject(product), await addProject(product)];
  await fill(product, small, SIZES[0] ?? 0);
  const bySize = new Curves();
  for (const size of SIZES) {
    await fill(product, large, size);
    bySize.add(
      size,
      await takeTurns(paths(measurement, large, 1), ROUNDS, { warmUps: size === SIZES[0] ? 1 : 0 }),
    );
  }
  const rows = await pages(measurement, small, large);
  const byConcurrency = new Curves();
  for (const concurrency of CONCURRENCIES) {
    byConcurrency.add(
      concurrency,
      await takeTurns(paths(measurement, small, concurrency), ROUNDS, { warmUps: 0 }),
    );
  }
  const panels = [
    { title: "by stored secrets, one request at a time", curves: bySize.all },
    { title: "by concurrent requests", curves: byConcurrency.all },
  ];
  return { rows, panels };
}

/** The paths in the picture. */
function paths(measurement: Measurement, projectId: string, concurrency: number): Record<string, Contender> {
  const { sender } = measurement.product;
  const effort = { concurrency, ms: MS };
  const unknown = unknownLinks(sender);
  let links: Link[] = [];
  return {
    create: pathOn(measurement, effort, paste(sender), (answers) => {
      links = answers.map(linkIn);
    }),
    reveal: pathOn(measurement, effort, () => revealRight(links)),
    "reveal, unknown token": pathOn(measurement, effort, revealUnknown(unknown)),
    "ttlSecrets, first page": pathOn(measurement, effort, secretsPage(sender, projectId)),
    ttlSecretAvailable: pathOn(measurement, effort, available(unknown)),
  };
}

/** Collects a point per curve: CPU time per request, which measures cost, not waiting. */
class Curves {
  readonly #curves = new Map<string, Curve>();

  add(at: number, done: Record<string, Round[]>): void {
    for (const [name, rounds] of Object.entries(done)) {
      const curve = this.#curves.get(name) ?? { name, points: [] };
      const { median: ms } = spreadOf(rounds.map(({ cpu, databaseCpu }) => cpu + databaseCpu));
      curve.points.push({ at, ms });
      this.#curves.set(name, curve);
    }
  }

  get all(): Curve[] {
    return [...this.#curves.values()];
  }
}

/** The first page of a thousand and of a million secrets, and a deep page, by latency. */
async function pages(measurement: Measurement, small: string, large: string): Promise<Row[]> {
  const { product } = measurement;
  const { sender } = product;
  const page = (projectId: string, after?: string) =>
    pathOn(measurement, { concurrency: 1, ms: MS }, secretsPage(sender, projectId, after));
  const done = await takeTurns(
    {
      base: page(small),
      "ttlSecrets, first page of 1,000,000": page(large),
      "ttlSecrets, page 5,000 of 1,000,000": page(large, await cursorAt(product, large, DEEP)),
    },
    MORE_ROUNDS,
    { warmUps: 0 },
  );
  const times = (rounds: Round[]) => rounds.map(({ p50 }) => p50 ?? Number.NaN);
  const cpus = (rounds: Round[]) => rounds.map(({ cpu, databaseCpu }) => cpu + databaseCpu);
  const { base, ...others } = done;
  return Object.entries(others).map(([what, rounds]) => {
    const ratio = ratioOf(times(rounds), times(base));
    return {
      what,
      measured: `${spreadText(spreadOf(times(rounds)))} ms`,
      comparedWith: `first page of 1,000: ${spreadText(spreadOf(times(base)))} ms`,
      ratio,
      cpuRatio: ratioOf(cpus(rounds), cpus(base)),
      target: atMost(ratio, MOST, "by time"),
    };
  });
}
