import { type ExecutionResult, GraphQLError, isInputObjectType } from "graphql";
import type { Plugin } from "graphql-yoga";
import { Argon2BusyError } from "../crypto/argon2.ts";
import type { Logger } from "../logging/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { AppError } from "../shared/errors.ts";
import { waitHeaders } from "../shared/rate-limit.ts";
import { schema } from "./schema.ts";

/** The fields of all input types: the only words of a coercion error that may be repeated. */
const INPUT_NAMES = new Set(
  Object.values(schema.getTypeMap()).flatMap((type) =>
    isInputObjectType(type) ? Object.keys(type.getFields()) : [],
  ),
);

/**
 * Lets only errors out that are ours to tell. Whatever else happens, in any phase of a request, leaves as a fixed
 * sentence: the originals, which quote documents, variables and SQL parameters, go no further than `describeError`.
 */
export class ErrorMasking {
  readonly #deps: { log: Logger; metrics: Metrics };

  constructor(deps: { log: Logger; metrics: Metrics }) {
    this.#deps = deps;
  }

  /** Sees to all that leaves through Yoga. */
  readonly plugin: Plugin = {
    onResultProcess: ({ result, setResult }) => {
      if (!Array.isArray(result) && "errors" in result) setResult(this.maskResult(result as ExecutionResult));
    },
    // A stream's results come later, one by one.
    onSubscribe: () => ({
      onSubscribeResult: () => ({
        onNext: ({ result, setResult }) => setResult(this.maskResult(result as ExecutionResult)),
      }),
    }),
  };

  /** The result with errors that may be told. */
  maskResult(result: ExecutionResult): ExecutionResult {
    return result.errors ? { ...result, errors: result.errors.map((error) => this.#safe(error)) } : result;
  }

  #safe(error: GraphQLError): GraphQLError {
    const { log, metrics } = this.#deps;
    const told = toClientError(error, log);
    metrics.error(String(told.extensions.code));
    return told;
  }
}

/** What an error that a request ran into is told as. */
export function codeOf(error: GraphQLError): string {
  const cause = thrownByResolver(error);
  if (cause instanceof AppError) return cause.code;
  if (cause instanceof Argon2BusyError) return "OVERLOADED";
  return cause === undefined ? "BAD_USER_INPUT" : "INTERNAL";
}

function toClientError(error: GraphQLError, log: Logger): GraphQLError {
  const cause = thrownByResolver(error);
  const code = codeOf(error);
  if (cause instanceof AppError) {
    return tell(cause.message, { code, ...cause.details }, error);
  }
  if (cause instanceof Argon2BusyError) {
    return tell(
      "The server is busy and nothing was changed. Try again in a few seconds.",
      { code, retryAfterSeconds: 2 },
      error,
    );
  }
  if (cause !== undefined) {
    log.error({ err: cause }, "a request failed");
    return tell("Something went wrong on the server. Try again later.", { code }, error);
  }
  const field = fieldOf(error);
  return tell(
    field
      ? "This input does not have the type that the schema asks for."
      : "The request is not valid for this schema: check the document and its variables.",
    // Nothing was executed: 400, as GraphQL over HTTP has it for a request error.
    { code, ...(field && { field }), http: { status: 400 } },
    error,
  );
}

/** What a resolver threw; undefined for an error of graphql-js itself, a scalar's included. */
function thrownByResolver(error: unknown): unknown {
  if (!(error instanceof GraphQLError)) return error;
  return error.originalError ? thrownByResolver(error.originalError) : undefined;
}

/** A new error with our words. Line, column and path, whose names are the schema's or the client's aliases, stay. */
function tell(message: string, details: Record<string, unknown>, place: GraphQLError): GraphQLError {
  const { nodes = null, source = null, positions = null, path = null } = place;
  const extensions = { ...details, ...httpOf(details) };
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}

/** How Yoga is to answer: with headers that tell programs when to come back, and 429 for a rate limit (RFC 6585). */
function httpOf({ code, retryAfterSeconds }: Record<string, unknown>) {
  if (typeof retryAfterSeconds !== "number") return {};
  if (code === "RATE_LIMITED") return { http: { status: 429, headers: waitHeaders(retryAfterSeconds) } };
  return { http: { headers: { "Retry-After": String(retryAfterSeconds) } } };
}

/** The field at fault in a coercion error (`… at "input.ttlSeconds"; …`), if it is one that the schema knows. */
function fieldOf({ message }: GraphQLError): string | undefined {
  const path = /^Variable "\$\w+" got invalid value [\s\S]* at "\w+\.([\w.]+)";/.exec(message)?.[1];
  return path?.split(".").every((name) => INPUT_NAMES.has(name)) ? path : undefined;
}
