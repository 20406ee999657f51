/** What the server (or the lack of one) can answer instead of data: the codes of the public contract. */
export type ApiErrorCode =
  | "UNAUTHENTICATED"
  | "NOT_FOUND"
  | "BAD_USER_INPUT"
  | "RATE_LIMITED"
  | "OVERLOADED"
  | "FORBIDDEN"
  | "INTERNAL"
  /** No answer arrived: the server is away, or the network is. */
  | "UNREACHABLE";

const known: ReadonlySet<string> = new Set([
  "UNAUTHENTICATED",
  "NOT_FOUND",
  "BAD_USER_INPUT",
  "RATE_LIMITED",
  "OVERLOADED",
  "FORBIDDEN",
  "INTERNAL",
] satisfies ApiErrorCode[]);

/**
 * The only error the dashboard passes around. It holds a code and never what was sent: graphql-request's own
 * errors carry the variables in their message, so none of them may get past `graphql-client.ts`.
 */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ApiErrorCode;
  /** Path of the refused input field, for `BAD_USER_INPUT`. */
  readonly field: string | null;
  /** Seconds to wait, for `RATE_LIMITED`. */
  readonly retryAfterSeconds: number | null;

  constructor(
    code: ApiErrorCode,
    details: { field?: string | null; retryAfterSeconds?: number | null } = {},
  ) {
    super(code);
    this.code = code;
    this.field = details.field ?? null;
    this.retryAfterSeconds = details.retryAfterSeconds ?? null;
  }
}

/** What a GraphQL response body can hold when something went wrong; nothing in it is trusted. */
export interface GraphqlFailure {
  status: number;
  errors?: unknown;
  retryAfterHeader?: string | null;
}

/** Reads code, field and waiting time out of a failed response and leaves everything else behind. */
export function toApiError(failure: GraphqlFailure): ApiError {
  const first: unknown = Array.isArray(failure.errors) ? failure.errors[0] : undefined;
  const extensions = property(first, "extensions");
  const code = property(extensions, "code");
  const field = property(extensions, "field");
  const retryAfter = property(extensions, "retryAfterSeconds");
  return new ApiError(
    typeof code === "string" && known.has(code) ? (code as ApiErrorCode) : codeOfStatus(failure.status),
    {
      field: typeof field === "string" ? field : null,
      retryAfterSeconds: typeof retryAfter === "number" ? retryAfter : seconds(failure.retryAfterHeader),
    },
  );
}

/** Makes an `ApiError` of anything thrown; an unknown error's own message is dropped. */
export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError("INTERNAL");
}

/** Seconds from a `Retry-After` header; its date form and nonsense count as unknown. */
export function seconds(header: string | null | undefined): number | null {
  return header && /^\d{1,6}$/.test(header.trim()) ? Number(header) : null;
}

function codeOfStatus(status: number): ApiErrorCode {
  if (status === 401) return "UNAUTHENTICATED";
  if (status === 403) return "FORBIDDEN";
  if (status === 429) return "RATE_LIMITED";
  if (status >= 502 && status <= 504) return "UNREACHABLE";
  return "INTERNAL";
}

function property(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
