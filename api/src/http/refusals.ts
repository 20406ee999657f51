/** Refusals of a whole request, outside GraphQL but in the shape of its errors, so that clients need only one parser. */
import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { AppError, ErrorCode } from "../shared/errors.ts";
import { waitHeaders } from "../shared/rate-limit.ts";
import { isForeign, type Origins } from "./origins.ts";

/**
 * In KiB. A value of 64 KiB is six times that in JSON when every byte of it is a control character that must be
 * escaped; the rest is room for the document around it.
 */
const MAX_BODY = 512;

/**
 * Maximum body without a credential, in KiB. The largest honest one is an attempt: a document of 2,000 characters and a
 * passphrase of 1,024, which take 12 KiB if all are escaped emoji.
 */
const MAX_ANONYMOUS_BODY = 16;

/** HTTP statuses of errors that end a request before GraphQL; all others are 400. */
const STATUSES = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  RATE_LIMITED: 429,
  OVERLOADED: 503,
} as const;

/** A response with one error. */
export function refuse(
  c: Context,
  status: 400 | 403 | 404 | 405 | 413 | 415 | 500,
  code: ErrorCode,
  message: string,
): Response {
  return c.json({ errors: [{ message, extensions: { code } }] }, status);
}

/** The response to an error thrown before GraphQL, with the status and headers that HTTP has for it. */
export function refuseWith(c: Context, { code, message, details }: AppError): Response {
  const { retryAfterSeconds } = details;
  for (const [name, value] of Object.entries(retryAfterSeconds ? waitHeaders(retryAfterSeconds) : {})) {
    c.header(name, value);
  }
  if (code === "UNAUTHENTICATED") c.header("WWW-Authenticate", "Bearer");
  const status = STATUSES[code as keyof typeof STATUSES] ?? 400;
  return c.json({ errors: [{ message, extensions: { code, ...details } }] }, status);
}

/** Refuses requests that a browser sends from another site's page. */
export function requireOwnPage(origins: Origins): MiddlewareHandler {
  return async (c, next) => {
    if (!isForeign(c.req.raw.headers, origins)) return next();
    return refuse(c, 403, "FORBIDDEN", "Use this from the dashboard's own address.");
  };
}

/** Refuses bodies that are not JSON in UTF-8, by their media type and its `charset`. */
export const requireJson: MiddlewareHandler = async (c, next) => {
  const type = c.req.header("content-type") ?? "";
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(type)?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    return refuse(c, 415, "BAD_USER_INPUT", "Send the request as JSON in UTF-8.");
  }
  if (/^application\/json\s*(;|$)/i.test(type)) return next();
  return refuse(c, 415, "BAD_USER_INPUT", "Send the request as JSON, with Content-Type: application/json.");
};

/** Refuses bodies over 512 KiB: by their Content-Length, or by counting the bytes of a chunked body. */
export const limitBody: MiddlewareHandler = bodiesUpTo(MAX_BODY);

/** Refuses bodies over 16 KiB, for requests that need no credential. */
export const limitAnonymousBody: MiddlewareHandler = bodiesUpTo(MAX_ANONYMOUS_BODY);

function bodiesUpTo(kib: number): MiddlewareHandler {
  return bodyLimit({
    maxSize: kib * 1024,
    onError: (c) => {
      // The rest of the body is not read, so the connection can't carry another request. Say so before it closes.
      c.header("Connection", "close");
      return refuse(c, 413, "BAD_USER_INPUT", `The request is too large: at most ${kib} KiB.`);
    },
  });
}
