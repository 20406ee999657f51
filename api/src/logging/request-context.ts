import { AsyncLocalStorage } from "node:async_hooks";

/** Context of the current request, available anywhere in its handling. */
export interface RequestScope {
  /** Request id, sent as `X-Request-Id` and logged with each line about the request. */
  readonly id: string;
  /**
   * Type and root fields of its GraphQL operation, such as `mutation revealTtlSecret`. They are names of the schema; the
   * operation's own name is chosen by the client and could be anything. Undefined until known, and outside GraphQL.
   */
  operation?: string;
  /** False once the response is sent. What it started, such as a stream, no longer counts as part of it. */
  isOpen: boolean;
}

const scopes = new AsyncLocalStorage<RequestScope>();

/** Runs `work` as part of the request `scope`. */
export const inRequest = <T>(scope: RequestScope, work: () => T): T => scopes.run(scope, work);

/** The current request, until its response is sent. */
export function requestUnderWay(): RequestScope | undefined {
  const scope = scopes.getStore();
  return scope?.isOpen ? scope : undefined;
}
