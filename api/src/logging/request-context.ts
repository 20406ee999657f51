import { AsyncLocalStorage } from "node:async_hooks";

/** What is known of the request under way, wherever in its course one looks. */
export interface RequestScope {
  /** Its id: in the answer's `X-Request-Id`, and in each line that the log gets about it. */
  readonly id: string;
  /**
   * What it asks of GraphQL, such as `mutation revealTtlSecret`: the fields' names from the schema, not the operation's
   * name, which is the client's and could be anything. Undefined before that is known, and outside GraphQL.
   */
  operation?: string;
  /** False once it is answered: what it set going, such as a stream, is not its own any more. */
  isOpen: boolean;
}

const scopes = new AsyncLocalStorage<RequestScope>();

/** Runs `work` as part of the request `scope`. */
export const inRequest = <T>(scope: RequestScope, work: () => T): T => scopes.run(scope, work);

/** The request that the caller is part of, as long as it is not answered. */
export function requestUnderWay(): RequestScope | undefined {
  const scope = scopes.getStore();
  return scope?.isOpen ? scope : undefined;
}
