import { Argon2BusyError } from "../crypto/argon2.ts";

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
  /** Id of the TTL secret that an earlier request with this idempotency key created. */
  ttlSecretId?: string;
  /** Whole seconds after which trying again makes sense. */
  retryAfterSeconds?: number;
}

/**
 * An error whose message goes to the client as it is. The message is a fixed text that says what to do; it never contains
 * anything the client sent.
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

/** The same error for what does not exist and for what belongs to another vault. */
export function notFound(what: "project" | "TTL secret" | "API key"): AppError {
  return new AppError("NOT_FOUND", `There is no such ${what}. It may have been deleted.`);
}

/** The refusal of an input field, with the rule that it breaks. */
export function badInput(field: string, message: string): AppError {
  return new AppError("BAD_USER_INPUT", message, { field });
}

/** The refusal of one request too many, with the whole seconds to wait. */
export function rateLimited(msToWait: number): AppError {
  const retryAfterSeconds = Math.max(1, Math.ceil(msToWait / 1000));
  return new AppError("RATE_LIMITED", `Too many requests. Try again in ${retryAfterSeconds} s.`, {
    retryAfterSeconds,
  });
}

/** The refusal of a body in another encoding, which would be stored with replacement characters. */
export function notUtf8(): AppError {
  return new AppError("BAD_USER_INPUT", "Send the request in UTF-8.");
}

/** The refusal of anyone else who asks for what only a vault's owners may do. */
export function ownersOnly(): AppError {
  return new AppError("FORBIDDEN", "Only an owner of the vault may do this.");
}

/** The promise's value, or null where it rejects with `NOT_FOUND`; for queries whose contract is null. */
export async function nullWhenNotFound<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof AppError && error.code === "NOT_FOUND") return null;
    throw error;
  }
}

/** Whether the error refuses a request before it changed anything, as opposed to a failure on the way. */
export const isRejected = (error: unknown): boolean =>
  error instanceof AppError || error instanceof Argon2BusyError;
