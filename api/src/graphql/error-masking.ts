import { type ExecutionResult, GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import { Argon2BusyError } from "../crypto/argon2.ts";
import type { Logger } from "../logging/log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { AppError } from "../shared/errors.ts";
import { waitHeaders } from "../shared/rate-limit.ts";

/** The message of every error of graphql-js itself, whose own text quotes the document and its variables. */
export const INVALID_REQUEST =
  "The request is not valid for this schema: check the document and its variables.";

/**
 * Replaces every error that leaves GraphQL by one of ours, whatever phase of a request it comes from. Anything but an
 * `AppError` becomes a fixed sentence: the originals, which quote documents, variables and SQL parameters, reach only
 * `describeError`. Counts each error by its code.
 */
export function maskErrors({ log, metrics }: { log: Logger; metrics: Metrics }): Plugin {
  const mask = (error: GraphQLError): GraphQLError => {
    const masked = toClientError(error, log);
    metrics.error(String(masked.extensions.code));
    return masked;
  };
  const onResult = ({ result, setResult }: { result: object; setResult: (masked: never) => void }) => {
    const { errors } = result as ExecutionResult;
    if (errors) setResult({ ...result, errors: errors.map(mask) } as never);
  };
  return {
    onResultProcess: onResult,
    // The results of a stream come later, one by one.
    onSubscribe: () => ({ onSubscribeResult: () => ({ onNext: onResult }) }),
  };
}

/** The error code that a client gets for an error of a request. */
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
    const { http } = error.extensions;
    return clientError(cause.message, { code, ...cause.details, ...(http !== undefined && { http }) }, error);
  }
  if (cause instanceof Argon2BusyError) {
    return clientError(
      "The server is busy and nothing was changed. Try again in a few seconds.",
      { code, retryAfterSeconds: 2 },
      error,
    );
  }
  if (cause !== undefined) {
    log.error({ err: cause }, "a request failed");
    return clientError("Something went wrong on the server. Try again later.", { code }, error);
  }
  // Nothing was executed: 400, the status of a request error in GraphQL over HTTP.
  return clientError(INVALID_REQUEST, { code, http: { status: 400 } }, error);
}

/** What a resolver threw; undefined for an error of graphql-js itself, including a scalar's. */
function thrownByResolver(error: unknown): unknown {
  if (!(error instanceof GraphQLError)) return error;
  return error.originalError ? thrownByResolver(error.originalError) : undefined;
}

/** A new error with our message. Keeps locations and path, which hold only names of the schema and the client's aliases. */
function clientError(message: string, details: Record<string, unknown>, place: GraphQLError): GraphQLError {
  const { nodes = null, source = null, positions = null, path = null } = place;
  const extensions = { ...details, ...httpOf(details) };
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}

/** Headers and status for Yoga's response: when to retry, and 429 for a rate limit (RFC 6585). */
function httpOf({ code, retryAfterSeconds }: Record<string, unknown>) {
  if (typeof retryAfterSeconds !== "number") return {};
  if (code === "RATE_LIMITED") return { http: { status: 429, headers: waitHeaders(retryAfterSeconds) } };
  return { http: { headers: { "Retry-After": String(retryAfterSeconds) } } };
}
