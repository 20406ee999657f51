/**
 * Where time goes, told to whoever traces. There is one tracer per process, or none: then each of these costs a
 * comparison, and nothing of OpenTelemetry is loaded.
 */

/** What may be said of a span: names and numbers of ours. Never a value, a passphrase, a token, a key, an address. */
type SpanAttributes = Readonly<Record<string, string | number>>;

/** A span under way. */
export interface SpanUnderWay {
  /** Gives it another name, once more is known. */
  rename(name: string): void;
  add(attributes: SpanAttributes): void;
}

/** Makes spans of work. Each ends when the work does, or its promise is settled, and says whether it failed. */
export interface Tracer {
  /**
   * Begins a trace.
   *
   * @param traceparent what the caller said of its own trace (W3C Trace Context), if it is to be believed.
   */
  root<T>(name: string, work: (span: SpanUnderWay) => T, traceparent?: string): T;
  /**
   * A part of the span that the caller is in; outside of one, only the work.
   *
   * @param failureOf says by a code of ours that work has failed which returned in order; undefined: it has not.
   */
  step<T>(
    name: string,
    work: () => T,
    options?: { attributes?: SpanAttributes; failureOf?: (result: Awaited<T>) => string | undefined },
  ): T;
}

let tracer: Tracer | undefined;

/** From now on spans are made: for the composition root, before it puts anything else together. */
export function traceWith(theTracer: Tracer): void {
  tracer = theTracer;
}

/** The process's tracer, if there is one. */
export const currentTracer = (): Tracer | undefined => tracer;

/** Runs `work` as a part, called `name`, of what is being traced. */
export function step<T>(name: string, work: () => T): T {
  return tracer ? tracer.step(name, work) : work();
}
