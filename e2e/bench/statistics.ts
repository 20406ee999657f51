/** What several rounds of one measurement come to. */
export interface Spread {
  median: number;
  least: number;
  most: number;
}

/** The value below which the part `q` (0 to 1) of the values lies; NaN for none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

/** The median with the extremes. */
export function spreadOf(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), least: Math.min(...values), most: Math.max(...values) };
}

/** How the two compare, round by round: what slows the machine down for a moment slows both. */
export function ratioOf(values: readonly number[], limits: readonly number[]): Spread {
  return spreadOf(values.map((value, round) => value / (limits[round] ?? Number.NaN)));
}
