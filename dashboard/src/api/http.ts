import { ApiError } from "./api-error.ts";
import { apiOrigin } from "./api-origin.ts";
import { reportConnection } from "./connection.ts";
import { learnServerTime } from "./server-clock.ts";
import { watchedFetch } from "./watched-fetch.ts";

/**
 * A server that has not answered by now counts as away; creating a secret queues for at most a few seconds.
 */
const timeoutMs = 20_000;

/**
 * `fetch` from our own API. It throws `UNREACHABLE` when no answer of ours came back, and tells the
 * connection banner and the server clock what it learned. It never logs.
 */
export function ownFetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  return ask(timedFetch, input, init);
}

/** The same for an answer that may be long: it may take its time, as long as something comes. */
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
    // The caller gave up (a page was left): that says nothing about the server.
    if (init.signal?.aborted) throw error;
    reportConnection(false);
    throw new ApiError("UNREACHABLE");
  }
  if (response.status >= 500 && !isJson(response)) {
    // A proxy answered for a server that is away: ours answers errors as JSON.
    reportConnection(false);
    throw new ApiError("UNREACHABLE");
  }
  reportConnection(true);
  learnServerTime(response.headers.get("date"), askedAt, Date.now());
  return response;
}

/** The address of a path of the API. */
export function apiUrl(path: string): URL {
  return new URL(path, apiOrigin() || window.location.origin);
}

/** A POST with a JSON body. */
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

/** The JSON of a response, or null when it is not JSON. */
export async function readJson(response: Response): Promise<unknown> {
  return response.json().catch(() => null);
}

function isJson(response: Response): boolean {
  return /[/+]json\b/.test(response.headers.get("content-type") ?? "");
}
