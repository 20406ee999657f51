/** The server rejected the request before touching the secret. */
export interface Refusal {
  readonly kind: "refused";
  readonly reason: "overloaded" | "rateLimited" | "forbidden";
  readonly waitSeconds: number;
}

/** Result of a check. A check changes nothing, so every failure is harmless. */
export type CheckOutcome =
  | { readonly kind: "available"; readonly secondsLeft: number }
  | { readonly kind: "notAvailable" }
  /** Not available by a link that was changed on its way, so the secret itself may well be. */
  | { readonly kind: "damagedLink" }
  | { readonly kind: "offline" }
  | { readonly kind: "failed" }
  | Refusal;

/** Result of the attempt. `unknown` is everything that does not prove what happened to the secret. */
export type RevealOutcome =
  | { readonly kind: "revealed"; readonly value: string }
  | { readonly kind: "destroyed" }
  | { readonly kind: "notAvailable" }
  | { readonly kind: "offline" }
  | { readonly kind: "badInput" }
  | { readonly kind: "unknown" }
  | Refusal;

/** In seconds. A full queue empties in seconds; a short wait keeps many clients from filling it again. */
const OVERLOADED_WAIT = 5;

/** In seconds: the wait if the server did not state one, and the longest wait we show. */
const RATE_LIMITED_WAIT = 30;
const LONGEST_WAIT = 3600;

/** Parses the response to `ttlSecretAvailability`. Errors come first, because an error comes with null data. */
export function readAvailability(body: unknown): CheckOutcome {
  if (field(body, "errors") !== undefined) {
    const error = firstError(body);
    // The server rejected the link's format, which to the recipient is a dead link.
    if (error.code === "BAD_USER_INPUT" && isOfLink(error)) return { kind: "notAvailable" };
    return refusal(error) ?? { kind: "failed" };
  }
  const availability = field(field(body, "data"), "ttlSecretAvailability");
  if (availability === null) return { kind: "notAvailable" };
  const secondsLeft = field(availability, "secondsLeft");
  return typeof secondsLeft === "number" ? { kind: "available", secondsLeft } : { kind: "failed" };
}

/**
 * Parses the response to `revealTtlSecret`. Data comes first, because the server has deleted a value that arrived.
 */
export function readReveal(body: unknown): RevealOutcome {
  const result = field(field(body, "data"), "revealTtlSecret");
  const value = field(result, "value");
  switch (field(result, "__typename")) {
    case "TtlSecretRevealed":
      return typeof value === "string" ? { kind: "revealed", value } : { kind: "unknown" };
    case "TtlSecretDestroyed":
      return { kind: "destroyed" };
    case "TtlSecretNotAvailable":
      return { kind: "notAvailable" };
  }
  if (result !== null && result !== undefined) return { kind: "unknown" };
  const error = firstError(body);
  if (error.code === "BAD_USER_INPUT") {
    return isOfLink(error) ? { kind: "notAvailable" } : { kind: "badInput" };
  }
  return refusal(error) ?? { kind: "unknown" };
}

interface ApiError {
  readonly code: unknown;
  readonly field: unknown;
  readonly retryAfterSeconds: unknown;
}

const isOfLink = ({ field }: ApiError) => field === "token" || field === "vaultId";

function refusal({ code, retryAfterSeconds }: ApiError): Refusal | null {
  switch (code) {
    case "OVERLOADED":
      return {
        kind: "refused",
        reason: "overloaded",
        waitSeconds: readWait(retryAfterSeconds, OVERLOADED_WAIT),
      };
    case "RATE_LIMITED":
      return {
        kind: "refused",
        reason: "rateLimited",
        waitSeconds: readWait(retryAfterSeconds, RATE_LIMITED_WAIT),
      };
    case "FORBIDDEN":
      return { kind: "refused", reason: "forbidden", waitSeconds: 0 };
    default:
      return null;
  }
}

function readWait(seconds: unknown, otherwise: number): number {
  if (typeof seconds !== "number" || !Number.isFinite(seconds)) return otherwise;
  return Math.min(Math.max(Math.ceil(seconds), 1), LONGEST_WAIT);
}

function firstError(body: unknown): ApiError {
  const errors = field(body, "errors");
  const extensions = field(Array.isArray(errors) ? errors[0] : undefined, "extensions");
  const name = field(extensions, "field");
  return {
    code: field(extensions, "code"),
    // "input.token" and "token" are the same field.
    field: typeof name === "string" ? name.split(".").pop() : undefined,
    retryAfterSeconds: field(extensions, "retryAfterSeconds"),
  };
}

/** A property of a value of unknown type, such as a parsed response. */
function field(from: unknown, name: string): unknown {
  return typeof from === "object" && from !== null ? (from as Record<string, unknown>)[name] : undefined;
}
