/** The codes a client may meet in `extensions.code`. Public contract. */
export type ErrorCode =
  | "UNAUTHENTICATED"
  | "NOT_FOUND"
  | "BAD_USER_INPUT"
  | "RATE_LIMITED"
  | "OVERLOADED"
  | "FORBIDDEN"
  | "INTERNAL";

interface Details {
  /** The input field at fault, as a path such as `content.generate.length`. */
  field?: string;
  /** The TTL secret that a refused idempotency key already made. */
  ttlSecretId?: string;
  /** Whole seconds after which trying again makes sense. */
  retryAfterSeconds?: number;
}

/**
 * A refusal that may be told to the client as it is. Its message says what to do and is written here, in the
 * source: it never contains anything the client sent.
 */
export class AppError extends Error {
  override name = "AppError";
  readonly code: ErrorCode;
  readonly details: Details;

  constructor(code: ErrorCode, message: string, details: Details = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** The same answer for what does not exist and for what belongs to another vault. */
export function notFound(what: "project" | "TTL secret" | "API key"): AppError {
  return new AppError("NOT_FOUND", `There is no such ${what}. It may have been deleted.`);
}

/** A refused input field, with the rule it breaks. */
export function badInput(field: string, message: string): AppError {
  return new AppError("BAD_USER_INPUT", message, { field });
}

/** What only owners of a vault may do was asked for by somebody else. */
export function ownersOnly(): AppError {
  return new AppError("FORBIDDEN", "Only an owner of the vault may do this.");
}
