import type { ExecutionArgs } from "graphql";
import type { Plugin } from "graphql-yoga";
import { requestUnderWay } from "../logging/request-context.ts";
import { requestedFields } from "./root-fields.ts";

/** Notes what a request asks for, once its document is known to be valid: names of fields from our schema only. */
export function recordOperationName(): Plugin {
  return {
    onExecute: ({ args }) => note(args),
    onSubscribe: ({ args }) => note(args),
  };
}

function note(args: ExecutionArgs): void {
  const scope = requestUnderWay();
  const requested = scope && requestedFields(args);
  if (!requested) return;
  const names = new Set(requested.fields.map(({ name }) => name.value));
  scope.operation = `${requested.operation.operation} ${[...names].join(",")}`;
}
