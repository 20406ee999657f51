/**
 * Preloaded into an API process (`NODE_OPTIONS=--import …`): shifts its clock by `CLOCK_SKEW_MS`. This must have no
 * effect, because only the database's clock decides when a secret expires.
 */
const skew = Number(process.env.CLOCK_SKEW_MS);
const TrueDate = globalThis.Date;

class SkewedDate extends TrueDate {
  // Of Date's overloads only the one without arguments reads the clock.
  constructor(...args: []) {
    if (args.length === 0) super(TrueDate.now() + skew);
    else super(...args);
  }
  static override now(): number {
    return TrueDate.now() + skew;
  }
}

globalThis.Date = SkewedDate as DateConstructor;
