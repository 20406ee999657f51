import { createYoga } from "graphql-yoga";
import type { Logger } from "../logging/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { accessPolicy } from "./access.ts";
import type { Context } from "./context.ts";
import { maskErrors } from "./error-masking.ts";
import { documentLimits } from "./limits.ts";
import { recordOperationName } from "./operation-name.ts";
import { schema } from "./schema.ts";
import { traceOperation } from "./trace-operation.ts";
import { trustedDocuments } from "./trusted-documents.ts";
import { utf8Body } from "./utf8-body.ts";
import { checkVariables } from "./variables.ts";
import { writeLimit } from "./write-limit.ts";

/** Path of the GraphQL endpoint. */
export const GRAPHQL_PATH = "/graphql";

/**
 * The global `Response` of the moment. node-server replaces it when it begins to listen, which is after Yoga was created,
 * by one that it writes without a stream: 400 instead of 550 µs of CPU for an empty field on a shared core.
 */
const CurrentResponse = new Proxy(Response, {
  construct: (_original, args: ConstructorParameters<typeof Response>) => new Response(...args),
});

/**
 * The GraphQL endpoint as a fetch handler: takes the request and its `Context`. Every request passes all of Yoga and its
 * plugins. A bypass of Yoga's HTTP layer for ordinary requests would save 0.1 ms of CPU (measured side by side on a
 * busy machine): 1 % of a list of 50, 0.2 % of a create.
 */
export function createGraphql(deps: { log: Logger; metrics: Metrics }) {
  const yoga = createYoga<Context>({
    schema,
    graphqlEndpoint: GRAPHQL_PATH,
    plugins: [
      trustedDocuments(),
      utf8Body(),
      ...documentLimits(),
      accessPolicy(),
      recordOperationName(),
      ...traceOperation(),
      checkVariables(),
      writeLimit(),
      maskErrors(deps),
    ],
    // Replaced by `maskErrors`: Yoga's own lets errors of graphql-js through, which repeat the variables.
    maskedErrors: false,
    // It would keep the text of documents, and with it values and passphrases that a client wrote into them.
    parserAndValidationCache: false,
    // The HTTP layer limits bodies to far less. This limit would pass each body through a stream to count it.
    maxRequestBodySize: false,
    logging: false,
    graphiql: false,
    landingPage: false,
    batching: false,
    multipart: false,
    cors: false,
    // Node's own. With the library's, a client that disconnects at the wrong moment ends the process: Node treats its
    // streams as mere iterables, and closes what is closed already.
    fetchAPI: { Request, Response: CurrentResponse, Headers, ReadableStream },
  });
  return async (request: Request, context: Context): Promise<Response> => {
    // Not `yoga.fetch`, which touches `request.signal`: node-server then creates an AbortController per request.
    const response = await yoga.handleRequest(request, context);
    if (isStream(response)) disableBuffering(response.headers);
    return response;
  };
}

const isStream = ({ headers }: Response) => headers.get("content-type")?.startsWith("text/event-stream");

/** Keeps proxies from caching, buffering or compressing a stream of events; nginx reads the second header. */
function disableBuffering(headers: Headers): void {
  // Deleted first: the library's Headers would append to its own value.
  for (const name of ["Cache-Control", "Content-Encoding"]) headers.delete(name);
  headers.set("Cache-Control", "no-store, no-transform");
  headers.set("X-Accel-Buffering", "no");
}
