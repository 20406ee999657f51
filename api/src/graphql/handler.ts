import type { ExecutionResult } from "graphql";
import { createYoga } from "graphql-yoga";
import type { Logger } from "../logging/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { accessPolicy } from "./access.ts";
import type { Context } from "./context.ts";
import { ErrorMasking } from "./error-masking.ts";
import { documentLimits } from "./limits.ts";
import { recordOperationName } from "./operation-name.ts";
import { plainAnswer, plainRequest } from "./plain-request.ts";
import { schema } from "./schema.ts";
import { traceOperation } from "./trace-operation.ts";
import { trustedDocuments } from "./trusted-documents.ts";

/** Where the API is served. */
export const GRAPHQL_PATH = "/graphql";

/**
 * The GraphQL endpoint as a fetch handler: takes the request and its `Context`. Yoga runs every document, with all plugins;
 * around it, plain requests go a way of their own, which costs a fifth of the CPU of Yoga's (`pnpm bench layers`).
 */
export function createGraphql(deps: { log: Logger; metrics: Metrics }) {
  const errors = new ErrorMasking(deps);
  const yoga = createYoga<Context>({
    schema,
    graphqlEndpoint: GRAPHQL_PATH,
    plugins: [
      trustedDocuments(),
      ...documentLimits(),
      recordOperationName(),
      ...traceOperation(),
      accessPolicy(),
      errors.plugin,
    ],
    // Ours replaces it: Yoga's masking lets GraphQL's own errors through, which repeat the variables.
    maskedErrors: false,
    // It would keep the text of documents, and with it values and passphrases that a client wrote into them.
    parserAndValidationCache: false,
    // The server has a limit of its own, far below. This one would send each body through streams to count it.
    maxRequestBodySize: false,
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
  return async (request: Request, context: Context): Promise<Response> => {
    // A client that goes away in the middle of its request is answered as if it had sent nothing.
    const body = await request.text().catch(() => "");
    const plain = plainRequest(request.headers.get("accept"), body);
    if (!plain) {
      const { url, method, headers } = request;
      const response = await yoga.fetch(new Request(url, { method, headers, body }), context);
      if (isStream(response)) keepMoving(response.headers);
      return response;
    }
    const result = await yoga.getResultForParams({ params: plain.params, request }, context);
    return plainAnswer(errors.maskResult(result as ExecutionResult), plain.mediaType);
  };
}

const isStream = ({ headers }: Response) => headers.get("content-type")?.startsWith("text/event-stream");

/** Events are nothing to keep, and no proxy is to gather or compress them: nginx knows the second header. */
function keepMoving(headers: Headers): void {
  // Deleted first: the library's Headers would add to its own.
  for (const name of ["Cache-Control", "Content-Encoding"]) headers.delete(name);
  headers.set("Cache-Control", "no-store, no-transform");
  headers.set("X-Accel-Buffering", "no");
}
