import type { ExecutionResult } from "graphql";
import type { Plugin } from "graphql-yoga";
import { requestUnderWay } from "../logging/request-context.ts";
import { currentTracer } from "../tracing/tracing.ts";
import { codeOf } from "./error-masking.ts";

/**
 * Traces what a request asks for, under the name that the log has for it; of a subscription the time until its stream
 * begins. A span in which a field failed is an error, of the code that the client is told, and of no words. Nothing where no
 * traces are made.
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

/** The code of the first field that failed. A stream, which has no result yet, has not. */
function failureOf(result: unknown): string | undefined {
  const [error] = (result as Partial<ExecutionResult> | undefined)?.errors ?? [];
  return error && codeOf(error);
}
