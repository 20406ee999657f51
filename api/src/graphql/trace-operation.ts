import type { ExecutionResult } from "graphql";
import type { Plugin } from "graphql-yoga";
import { requestUnderWay } from "../logging/request-context.ts";
import { currentTracer } from "../tracing/tracing.ts";
import { codeOf } from "./error-masking.ts";

/**
 * Traces the execution of an operation under its name in the log; for a subscription, until its stream begins. When a
 * field fails, the span is an error with the code that the client gets, without a message. Returns no plugin when
 * tracing is off.
 */
export function traceOperation(): Plugin[] {
  const tracer = currentTracer();
  if (!tracer) return [];
  const traced =
    <Args, Result>(run: (args: Args) => Result) =>
    (args: Args): Result =>
      tracer.step(requestUnderWay()?.operation ?? "operation", () => run(args), { failureOf });
  return [
    {
      onExecute: ({ executeFn, setExecuteFn }) => setExecuteFn(traced(executeFn)),
      onSubscribe: ({ subscribeFn, setSubscribeFn }) => setSubscribeFn(traced(subscribeFn)),
    },
  ];
}

/** Error code of the first failed field. Undefined for a stream, which has no result yet. */
function failureOf(result: unknown): string | undefined {
  const [error] = (result as Partial<ExecutionResult> | undefined)?.errors ?? [];
  return error && codeOf(error);
}
