import type { ExecutionResult, GraphQLError } from "graphql";
import type { GraphQLParams } from "graphql-yoga";

/** A request as nearly all are, and the type of answer that it takes. */
export interface PlainRequest {
  params: GraphQLParams;
  mediaType: MediaType;
}

type MediaType = "application/json" | "application/graphql-response+json";

/** The `Accept` of browsers' `fetch`, of both apps and of common clients, with what each gets. */
const MEDIA_TYPES: Readonly<Record<string, MediaType>> = {
  "*/*": "application/json",
  "application/json": "application/json",
  "application/graphql-response+json": "application/graphql-response+json",
  "application/graphql-response+json, application/json": "application/graphql-response+json",
};

const PARAMETERS = new Set(["query", "variables", "operationName"]);

/**
 * What a request asks for whose body is one query or mutation in JSON and whose answer is to be JSON; undefined for any
 * other, whether it is a good one or not.
 */
export function plainRequest(accept: string | null, body: string): PlainRequest | undefined {
  const mediaType = MEDIA_TYPES[accept || "*/*"];
  if (!mediaType) return undefined;
  const params = parsed(body);
  if (!isObject(params) || !Object.keys(params).every((name) => PARAMETERS.has(name))) return undefined;
  const { query, variables, operationName } = params;
  if (typeof query !== "string" || (variables != null && !isObject(variables))) return undefined;
  if (operationName != null && typeof operationName !== "string") return undefined;
  // It may be one that is called so; then it is slower, and answered all the same.
  if (query.includes("subscription")) return undefined;
  return { params, mediaType };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What an error may say of the answer as a whole; not for the client. */
interface HttpOfError {
  status?: number;
  headers?: Record<string, string>;
}

/** The result as an answer. Of the statuses that its errors ask for the highest counts. */
export function plainAnswer({ errors, ...result }: ExecutionResult, mediaType: MediaType): Response {
  const http = (errors ?? []).map(({ extensions }) => (extensions.http ?? {}) as HttpOfError);
  const headers = Object.assign(
    { "Content-Type": `${mediaType}; charset=utf-8` },
    ...http.map((h) => h.headers),
  );
  const status = Math.max(0, ...http.map((each) => each.status ?? 0)) || 200;
  const body = JSON.stringify(errors ? { errors: errors.map(withoutHttp), ...result } : result);
  return new Response(body, { status, headers });
}

function withoutHttp(error: GraphQLError): object {
  const { extensions, ...told } = error.toJSON();
  const { http, ...rest } = extensions ?? {};
  return { ...told, ...(Object.keys(rest).length > 0 && { extensions: rest }) };
}
