/** Error codes of the public contract. */
const contractCodes = [
  "UNAUTHENTICATED",
  "NOT_FOUND",
  "BAD_USER_INPUT",
  "RATE_LIMITED",
  "OVERLOADED",
  "FORBIDDEN",
  "INTERNAL",
] as const;

/** A code of the contract, or `UNREACHABLE`: no response arrived, because the server or the network is down. */
export type ApiErrorCode = (typeof contractCodes)[number] | "UNREACHABLE";

const known: ReadonlySet<string> = new Set(contractCodes);

/**
 * The only error type the dashboard passes around. It holds a code and never anything that was sent: graphql-request
 * puts variables into its error messages, so `graphql-client.ts` must convert every one of its errors.
 */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ApiErrorCode;
  /** Path of the rejected input field, for `BAD_USER_INPUT`. */
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

/** An error response of the GraphQL endpoint. Its content is not trusted. */
export interface GraphqlFailure {
  status: number;
  errors?: unknown;
  retryAfterHeader?: string | null;
}

/** Extracts code, field and retry delay from an error response and drops everything else. */
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

/** Converts anything thrown to an `ApiError`. Drops an unknown error's message. */
export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError("INTERNAL");
}

/** Seconds of a `Retry-After` header. Null for its date form or an invalid value. */
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
