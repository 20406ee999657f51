import { ratioOf, type Spread, spreadOf } from "./statistics.ts";
import type { Round } from "./turns.ts";

/** A row of the table: a path, and its limit if it has one. */
export interface Row {
  what: string;
  /** The result, with its unit. */
  measured: string;
  latency?: string;
  cpu?: string;
  /** What the path is compared with. */
  comparedWith?: string;
  ratio?: Spread;
  /** The ratio of CPU time per request, which varies less with the load on the machine. */
  cpuRatio?: Spread;
  target?: Target;
}

/** Target of a figure. */
interface Target {
  /** The deciding figure, with its kind. */
  decides: string;
  text: string;
  isMet: boolean;
}

const number = (value: number) =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

/** A spread as text: `median (minimum–maximum)`. */
export const spreadText = ({ median, least, most }: Spread): string =>
  least === most ? number(median) : `${number(median)} (${number(least)}–${number(most)})`;

/** A target that a ratio's median must reach. */
export const atLeast = (ratio: Spread, least: number, kind: string): Target => ({
  decides: `${spreadText(ratio)} ${kind}`,
  text: `≥ ${least}`,
  isMet: ratio.median >= least,
});

/** A target that a median, or a single number, must not exceed. */
export const atMost = (value: Spread | number, most: number, kind: string): Target => {
  const spread = typeof value === "number" ? { median: value, least: value, most: value } : value;
  return { decides: `${spreadText(spread)} ${kind}`, text: `≤ ${most}`, isMet: spread.median <= most };
};

/**
 * A row from the rounds of a path and of its limit. `least` is a target for the ratio of CPU time per request, because other
 * processes, the load generator included, affect rates more. It counts the server's CPU time, and `withDatabase` that of
 * PostgreSQL, too.
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
  const kind = withDatabase ? "by CPU, PostgreSQL included" : "by CPU of the server";
  return {
    what,
    measured: `${spreadText(spreadOf(rates))} /s`,
    ...(Number.isFinite(p50) && { latency: `${number(p50)} / ${number(p99)}` }),
    ...(own > 0 && { cpu: database > 0 ? `${number(own)} + ${number(database)}` : number(own) }),
    ...(limit && { comparedWith: limit.name }),
    ...(ratio && { ratio }),
    ...(cpuRatio && cpuRatio.median > 0 && { cpuRatio }),
    ...(cpuRatio && least !== undefined && { target: atLeast(cpuRatio, least, kind) }),
  };
}

/** All rows as a Markdown table. */
export function table(rows: readonly Row[]): string {
  const head = [
    "path",
    "measured",
    "p50 / p99, ms",
    "CPU, ms: server + db",
    "compared with",
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
      row.comparedWith ?? "",
      row.ratio ? spreadText(row.ratio) : "",
      row.cpuRatio ? spreadText(row.cpuRatio) : "",
      row.target ? `${row.target.text}: ${verdict(row.target)}` : "",
    ]),
  );
}

/** The rows with a target, and the deciding figure. */
export function targetTable(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ what, measured, comparedWith, ratio, target }) => {
    if (!target) return [];
    const rate = ratio ? spreadText(ratio) : "";
    return [[what, measured, comparedWith ?? "", rate, target.decides, `${target.text}: ${verdict(target)}`]];
  });
  return markdown(
    ["path", "measured", "compared with", "ratio by rate or time", "deciding figure", "target"],
    lines,
  );
}

const verdict = ({ isMet }: Target) => (isMet ? "met" : "**missed**");

/** A Markdown table whose columns are also aligned in a terminal. */
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
