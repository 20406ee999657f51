/**
 * The server's clock decides when a secret ends, so countdowns follow it and not the sender's laptop. Every
 * response's `Date` header (whole seconds) gives an estimate of how far the two are apart.
 */
let offsetMs = 0;

/** Milliseconds since the epoch as the server counts them, to within about a second. */
export function serverNow(): number {
  return Date.now() + offsetMs;
}

/** Takes the `Date` header of a response that was asked for and came back at the given local times. */
export function learnServerTime(header: string | null, askedAt: number, answeredAt: number): void {
  offsetMs = clockOffset(header, askedAt, answeredAt) ?? offsetMs;
}

/**
 * How far the server is ahead, in ms; null when the header says nothing usable. Below two seconds the
 * header's own coarseness is the likelier cause, and a countdown that jitters is worse than one a second
 * off.
 */
export function clockOffset(header: string | null, askedAt: number, answeredAt: number): number | null {
  const server = header ? Date.parse(header) : Number.NaN;
  if (Number.isNaN(server)) return null;
  // The header was cut to whole seconds: half a second is what was cut on average.
  const offset = server + 500 - (askedAt + answeredAt) / 2;
  return Math.abs(offset) < 2_000 ? 0 : Math.round(offset);
}
