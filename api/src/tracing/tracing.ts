/**
 * Tracing. A process has one tracer or none; without one, each call costs a comparison, and OpenTelemetry is not
 * loaded.
 */

/** Attributes of a span: our own names and numbers. Never a value, a passphrase, a token, a key or an address. */
type SpanAttributes = Readonly<Record<string, string | number>>;

/** A span that has not ended. */
export interface SpanUnderWay {
  /** Renames it once more is known. */
  rename(name: string): void;
  add(attributes: SpanAttributes): void;
}

/** Makes spans. Each ends when its work returns or its promise settles, and records a failure. */
export interface Tracer {
  /**
   * Begins a trace.
   *
   * @param traceparent the caller's trace (W3C Trace Context), if the caller is trusted.
   */
  root<T>(name: string, work: (span: SpanUnderWay) => T, traceparent?: string): T;
  /**
   * Runs `work` in a child of the current span; outside a span, only runs it.
   *
   * @param failureOf error code for work that failed without throwing; undefined when it succeeded.
   */
  step<T>(
    name: string,
    work: () => T,
    options?: { attributes?: SpanAttributes; failureOf?: (result: Awaited<T>) => string | undefined },
  ): T;
}

let tracer: Tracer | undefined;

/** Sets the process's tracer. Call it before anything else is assembled. */
export function traceWith(theTracer: Tracer): void {
  tracer = theTracer;
}

/** The process's tracer, if there is one. */
export const currentTracer = (): Tracer | undefined => tracer;

/** Runs `work` in a child span called `name`. */
export function step<T>(name: string, work: () => T): T {
  return tracer ? tracer.step(name, work) : work();
}
