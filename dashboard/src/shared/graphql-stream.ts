import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import { createClient } from "graphql-sse";
import { ApiError, toApiError } from "./api-error.ts";
import { apiOrigin } from "./api-origin.ts";
import { apiUrl } from "./http.ts";

/** The server says something every 12 s, if only that it is there. A line that is silent for so long is dead. */
const silenceMs = 40_000;

/**
 * Runs one subscription until it ends. Resolves when the server says that it is through.
 *
 * @throws ApiError with the server's reason; `UNREACHABLE` when the stream broke off or never came about.
 */
export async function followDocument<Result, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Result, Variables>,
  variables: Variables,
  on: { open: () => void; data: (data: Result) => void; signal: AbortSignal },
): Promise<void> {
  const client = createClient({
    url: apiUrl("/graphql").href,
    credentials: apiOrigin ? "include" : "same-origin",
    // Whoever calls this connects again, because they know what they have missed.
    retryAttempts: 0,
    fetchFn: (url: string, init: RequestInit) => watchedFetch(url, init),
  });
  const stop = () => client.dispose();
  on.signal.addEventListener("abort", stop, { once: true });
  try {
    const results = client.iterate<Result>(
      { query: print(document), variables },
      { connected: () => on.open() },
    );
    for await (const { data, errors } of results) {
      if (errors) throw toApiError({ status: 200, errors, retryAfterHeader: null });
      if (data) on.data(data);
    }
  } catch (error) {
    throw error instanceof ApiError ? error : new ApiError("UNREACHABLE");
  } finally {
    on.signal.removeEventListener("abort", stop);
    client.dispose();
  }
}

/** `fetch` whose body fails when nothing comes for too long. */
async function watchedFetch(url: string, init: RequestInit): Promise<Response> {
  const dead = new AbortController();
  const signal = init.signal ? AbortSignal.any([init.signal, dead.signal]) : dead.signal;
  let timer = setTimeout(() => dead.abort(), silenceMs);
  const stillThere = () => {
    clearTimeout(timer);
    timer = setTimeout(() => dead.abort(), silenceMs);
  };
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  const response = await fetch(url, { ...init, cache: "no-store", signal });
  const watch = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform: (chunk, controller) => {
      stillThere();
      controller.enqueue(chunk);
    },
    flush: () => clearTimeout(timer),
  });
  return new Response(response.body?.pipeThrough(watch) ?? null, response);
}
