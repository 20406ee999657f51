/** Several rounds of one measurement. */
export interface Spread {
  median: number;
  least: number;
  most: number;
}

/** The `q` quantile (0 to 1) of the values; NaN if there are none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

/** Median, minimum and maximum. */
export function spreadOf(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), least: Math.min(...values), most: Math.max(...values) };
}

/** Ratio of the two, round by round: a slow moment of the machine affects both sides of a ratio. */
export function ratioOf(values: readonly number[], limits: readonly number[]): Spread {
  return spreadOf(values.map((value, round) => value / (limits[round] ?? Number.NaN)));
}
