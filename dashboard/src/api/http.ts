import { ApiError, toApiError } from "./api-error.ts";
import { apiOrigin } from "./api-origin.ts";
import { reportConnection } from "./connection.ts";
import { learnServerTime } from "./server-clock.ts";
import { reportSessionEnd } from "./session-end.ts";
import { watchedFetch } from "./watched-fetch.ts";

/** Timeout after which the server counts as unreachable. A queued create takes a few seconds at most. */
const timeoutMs = 20_000;

/**
 * `fetch` for our own API. Reports the outcome to the connection banner and the server clock. Never logs.
 *
 * @throws ApiError `UNREACHABLE` if no response of the API arrived.
 */
export function ownFetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  return ask(timedFetch, input, init);
}

/** Like `ownFetch`, for responses of any length: fails only when no data arrives for a while. */
export function ownLongFetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  return ask(watchedFetch, input, init);
}

function timedFetch(input: string | URL | Request, init: RequestInit): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMs);
  return fetch(input, { ...init, signal: init.signal ? AbortSignal.any([init.signal, timeout]) : timeout });
}

async function ask(
  send: typeof timedFetch,
  input: string | URL | Request,
  init: RequestInit,
): Promise<Response> {
  const askedAt = Date.now();
  let response: Response;
  try {
    response = await send(input, {
      ...init,
      credentials: apiOrigin() ? "include" : "same-origin",
      cache: "no-store",
    });
  } catch (error) {
    // Aborted by the caller, for example on navigation: says nothing about the server.
    if (init.signal?.aborted) throw error;
    reportConnection(false);
    throw new ApiError("UNREACHABLE");
  }
  if (response.status >= 500 && !isJson(response)) {
    // A proxy responded for an unreachable server; the API sends its errors as JSON.
    reportConnection(false);
    throw new ApiError("UNREACHABLE");
  }
  reportConnection(true);
  learnServerTime(response.headers.get("date"), askedAt, Date.now());
  return response;
}

/** Absolute URL of an API path. */
export function apiUrl(path: string): URL {
  return new URL(path, apiOrigin() || window.location.origin);
}

/** Sends a POST with a JSON body. */
export function postJson(path: string, body: unknown): Promise<Response> {
  return ownFetch(apiUrl(path), {
    method: "POST",
    headers: {
      accept: "application/graphql-response+json, application/json",
      "content-type": "application/json",
    },
    body: JSON.stringify(body),
  });
}

/** Parsed JSON body, or null if it is not JSON. */
export async function readJson(response: Response): Promise<unknown> {
  return response.json().catch(() => null);
}

/** `ApiError` of an error response and the GraphQL errors in its body. Reports an ended session. */
export function responseError(response: Pick<Response, "status" | "headers">, errors: unknown): ApiError {
  const retryAfterHeader = response.headers.get("retry-after");
  const error = toApiError({ status: response.status, errors, retryAfterHeader });
  if (error.code === "UNAUTHENTICATED") reportSessionEnd();
  return error;
}

function isJson(response: Response): boolean {
  return /[/+]json\b/.test(response.headers.get("content-type") ?? "");
}
