import type { Plugin } from "graphql-yoga";
import { requestUnderWay } from "../request-scope.ts";
import { currentTracer } from "../tracing/tracing.ts";

/**
 * Traces what a request asks for, under the name that the log has for it; of a subscription the time until its stream
 * begins. Nothing where no traces are made.
 */
export function traceOperation(): Plugin[] {
  const tracer = currentTracer();
  if (!tracer) return [];
  const traced =
    <Args, Result>(run: (args: Args) => Result) =>
    (args: Args): Result =>
      tracer.step(requestUnderWay()?.operation ?? "operation", () => run(args));
  return [
    {
      onExecute: ({ executeFn, setExecuteFn }) => setExecuteFn(traced(executeFn)),
      onSubscribe: ({ subscribeFn, setSubscribeFn }) => setSubscribeFn(traced(subscribeFn)),
    },
  ];
}
