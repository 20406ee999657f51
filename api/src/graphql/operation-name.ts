import type { ExecutionArgs } from "graphql";
import type { Plugin } from "graphql-yoga";
import { requestUnderWay } from "../logging/request-context.ts";
import { requestedFields } from "./root-fields.ts";

/** Records the operation of a valid document for the log and metrics: only field names of our schema. */
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
