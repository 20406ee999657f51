import { ratioOf, type Spread, spreadOf } from "./statistics.ts";
import type { Round } from "./turns.ts";

/** One line of the table: a path beside its limit, or beside nothing. */
export interface Row {
  what: string;
  /** What was measured, with its unit. */
  measured: string;
  latency?: string;
  cpu?: string;
  /** What it is held against. */
  beside?: string;
  ratio?: Spread;
  /** The same by CPU per request, which the load on the machine changes less. */
  cpuRatio?: Spread;
  target?: { text: string; isMet: boolean };
}

const number = (value: number) =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

/** A spread as text: the median, with the extremes behind it. */
export const spreadText = ({ median, least, most }: Spread): string =>
  least === most ? number(median) : `${number(median)} (${number(least)}–${number(most)})`;

/** How a target stands that is a least or a most. */
export const atLeast = (ratio: Spread, least: number) => ({
  text: `≥ ${least}`,
  isMet: ratio.median >= least,
});
export const atMost = (value: number, most: number, unit = "") => ({
  text: `≤ ${most}${unit}`,
  isMet: value <= most,
});

/** A row from rounds, and from those of its limit. The ratio by CPU counts PostgreSQL's where `withDatabase`. */
export function rowOf(
  what: string,
  rounds: readonly Round[],
  options: {
    unit?: string;
    limit?: { name: string; rounds: readonly Round[] };
    least?: number;
    withDatabase?: boolean;
  } = {},
): Row {
  const { unit = "/s", limit, least, withDatabase } = options;
  const rates = rounds.map(({ perSecond }) => perSecond);
  const cpuOf = (each: readonly Round[]) =>
    each.map(({ cpu, databaseCpu }) => cpu + (withDatabase ? databaseCpu : 0));
  const ratio =
    limit &&
    ratioOf(
      rates,
      limit.rounds.map(({ perSecond }) => perSecond),
    );
  const cpuRatio = limit && ratioOf(cpuOf(limit.rounds), cpuOf(rounds));
  const middle = (values: readonly (number | undefined)[]) =>
    spreadOf(values.map((value) => value ?? Number.NaN)).median;
  const p50 = middle(rounds.map((round) => round.p50));
  const p99 = middle(rounds.map((round) => round.p99));
  const [own, database] = [
    middle(rounds.map(({ cpu }) => cpu)),
    middle(rounds.map((round) => round.databaseCpu)),
  ];
  return {
    what,
    measured: `${spreadText(spreadOf(rates))} ${unit}`,
    ...(Number.isFinite(p50) && { latency: `${number(p50)} / ${number(p99)}` }),
    cpu: database > 0 ? `${number(own)} + ${number(database)}` : number(own),
    ...(limit && { beside: limit.name }),
    ...(ratio && { ratio }),
    ...(cpuRatio && { cpuRatio }),
    ...(ratio && least !== undefined && { target: atLeast(ratio, least) }),
  };
}

/** The rows as a table in Markdown. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    row.measured,
    row.latency ?? "",
    row.cpu ?? "",
    row.beside ?? "",
    row.ratio ? spreadText(row.ratio) : "",
    row.cpuRatio ? spreadText(row.cpuRatio) : "",
    row.target ? `${row.target.text}: ${row.target.isMet ? "met" : "**missed**"}` : "",
  ]);
  const head = [
    "path",
    "measured",
    "p50 / p99, ms",
    "CPU, ms: server + PostgreSQL",
    "beside",
    "ratio",
    "ratio by CPU",
    "target",
  ];
  return [head, head.map(() => "---"), ...cells].map((line) => `| ${line.join(" | ")} |`).join("\n");
}
