/**
 * Estimated difference between the server's clock and the local one, from the `Date` header (whole seconds) of every
 * response. Secrets end by the server's clock, so countdowns must follow it.
 */
let offsetMs = 0;

/** Current time of the server in ms since the epoch, accurate to about a second. */
export function serverNow(): number {
  return Date.now() + offsetMs;
}

/** Updates the estimate from the `Date` header of a response. `askedAt` and `answeredAt` are local times in ms. */
export function learnServerTime(header: string | null, askedAt: number, answeredAt: number): void {
  offsetMs = clockOffset(header, askedAt, answeredAt) ?? offsetMs;
}

/**
 * How far the server's clock is ahead, in ms. Null if the header is missing or invalid. Zero below two seconds: the
 * header's resolution is the likelier cause, and a jittering countdown is worse than one a second off.
 */
export function clockOffset(header: string | null, askedAt: number, answeredAt: number): number | null {
  const server = header ? Date.parse(header) : Number.NaN;
  if (Number.isNaN(server)) return null;
  // The header is truncated to whole seconds, by half a second on average.
  const offset = server + 500 - (askedAt + answeredAt) / 2;
  return Math.abs(offset) < 2_000 ? 0 : Math.round(offset);
}
