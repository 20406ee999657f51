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
  target?: Target;
}

/** What a figure is to reach. */
interface Target {
  /** The figure that decides, its kind included. */
  decides: string;
  text: string;
  isMet: boolean;
}

const number = (value: number) =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

/** A spread as text: the median, with the extremes behind it. */
export const spreadText = ({ median, least, most }: Spread): string =>
  least === most ? number(median) : `${number(median)} (${number(least)}–${number(most)})`;

/** How a target stands that is the least of a median. */
export const atLeast = (ratio: Spread, least: number, kind: string): Target => ({
  decides: `${spreadText(ratio)} ${kind}`,
  text: `≥ ${least}`,
  isMet: ratio.median >= least,
});

/** How one stands that is the most: of a ratio's median, or of anything that is one number. */
export const atMost = (value: Spread | number, most: number, kind: string): Target => {
  const spread = typeof value === "number" ? { median: value, least: value, most: value } : value;
  return { decides: `${spreadText(spread)} ${kind}`, text: `≤ ${most}`, isMet: spread.median <= most };
};

/**
 * A row from rounds, and from those of its limit. A least is one of the ratio by CPU per request: what else runs, the load
 * generator included, changes the rates more. The server's own counts, and PostgreSQL's too `withDatabase`.
 */
export function rowOf(
  what: string,
  rounds: readonly Round[],
  options: {
    limit?: { name: string; rounds: readonly Round[] };
    least?: number;
    withDatabase?: boolean;
  } = {},
): Row {
  const { limit, least, withDatabase } = options;
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
  const kind = withDatabase ? "by CPU, PostgreSQL's too" : "by CPU of the server";
  return {
    what,
    measured: `${spreadText(spreadOf(rates))} /s`,
    ...(Number.isFinite(p50) && { latency: `${number(p50)} / ${number(p99)}` }),
    ...(own > 0 && { cpu: database > 0 ? `${number(own)} + ${number(database)}` : number(own) }),
    ...(limit && { beside: limit.name }),
    ...(ratio && { ratio }),
    ...(cpuRatio && cpuRatio.median > 0 && { cpuRatio }),
    ...(cpuRatio && least !== undefined && { target: atLeast(cpuRatio, least, kind) }),
  };
}

/** All rows. */
export function table(rows: readonly Row[]): string {
  const head = [
    "path",
    "measured",
    "p50 / p99, ms",
    "CPU, ms: server + db",
    "beside",
    "by rate",
    "by CPU",
    "target",
  ];
  return markdown(
    head,
    rows.map((row) => [
      row.what,
      row.measured,
      row.latency ?? "",
      row.cpu ?? "",
      row.beside ?? "",
      row.ratio ? spreadText(row.ratio) : "",
      row.cpuRatio ? spreadText(row.cpuRatio) : "",
      row.target ? `${row.target.text}: ${verdict(row.target)}` : "",
    ]),
  );
}

/** Those that have a target, with the figure that decides. */
export function targetTable(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ what, measured, beside, ratio, target }) => {
    if (!target) return [];
    const rate = ratio ? spreadText(ratio) : "";
    return [[what, measured, beside ?? "", rate, target.decides, `${target.text}: ${verdict(target)}`]];
  });
  return markdown(["path", "measured", "beside", "ratio by rate or time", "what decides", "target"], lines);
}

const verdict = ({ isMet }: Target) => (isMet ? "met" : "**missed**");

/** In Markdown, with columns that also stand one below the other in a terminal. */
function markdown(head: readonly string[], lines: readonly string[][]): string {
  const widths = head.map((name, column) =>
    Math.max(name.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  const padded = (line: readonly string[], fill = " ") =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(" | ")} |`;
  return [
    padded(head),
    padded(
      head.map(() => ""),
      "-",
    ),
    ...lines.map((line) => padded(line)),
  ].join("\n");
}
