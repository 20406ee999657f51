/**
 * Preloaded into an API process (`NODE_OPTIONS=--import …`): its clock is off by `CLOCK_SKEW_MS`. Only the database's
 * clock may decide when a secret expires, so nothing must come of it.
 */
const skew = Number(process.env.CLOCK_SKEW_MS);
const TrueDate = globalThis.Date;

class SkewedDate extends TrueDate {
  // The constructor has as many forms as Date's own; only the one without arguments asks the clock.
  constructor(...args: []) {
    if (args.length === 0) super(TrueDate.now() + skew);
    else super(...args);
  }
  static override now(): number {
    return TrueDate.now() + skew;
  }
}

globalThis.Date = SkewedDate as DateConstructor;
