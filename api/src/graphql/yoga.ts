import { createYoga } from "graphql-yoga";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { accessPolicy } from "./access.ts";
import type { Context } from "./context.ts";
import { documentLimits } from "./limits.ts";
import { noteOperation } from "./note-operation.ts";
import { safeErrors } from "./safe-errors.ts";
import { schema } from "./schema.ts";
import { traceOperation } from "./trace-operation.ts";

/** Where the API is served. */
export const GRAPHQL_PATH = "/graphql";

/** The GraphQL endpoint as a fetch handler: takes the request and its `Context`. */
export function createGraphql(deps: { log: Logger; metrics: Metrics }) {
  const yoga = createYoga<Context>({
    schema,
    graphqlEndpoint: GRAPHQL_PATH,
    plugins: [...documentLimits(), noteOperation(), ...traceOperation(), accessPolicy(), safeErrors(deps)],
    // Ours replaces it: Yoga's masking lets GraphQL's own errors through, which repeat the variables.
    maskedErrors: false,
    // It would keep the text of documents, and with it values and passphrases that a client wrote into them.
    parserAndValidationCache: false,
    logging: false,
    graphiql: false,
    landingPage: false,
    batching: false,
    multipart: false,
    cors: false,
    // Node's own. With the library's a client that goes away at the wrong moment ends the process: Node takes its
    // streams for mere iterables, and closes what is closed already.
    fetchAPI: { Request, Response, Headers, ReadableStream },
  });
  return (request: Request, context: Context): Promise<Response> =>
    Promise.resolve(yoga.fetch(request, context));
}
