import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import type { FormattedExecutionResult } from "graphql";
import { createClient } from "graphql-sse";
import { ApiError, toApiError } from "./api-error.ts";
import { apiOrigin } from "./api-origin.ts";
import { apiUrl } from "./http.ts";
import { type DocumentParams, documentParams } from "./trusted-document.ts";
import { watchedFetch } from "./watched-fetch.ts";

/** Controls of a stream. */
interface StreamControl {
  /** Called when the server starts to respond. */
  open: () => void;
  /** Aborting it ends the stream. */
  signal: AbortSignal;
}

/**
 * Runs one typed subscription until it ends. Resolves when the server completes it.
 *
 * @throws ApiError with the server's code; `UNREACHABLE` if the stream broke off or could not be opened.
 */
export async function followDocument<Result, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Result, Variables>,
  variables: Variables,
  on: StreamControl & { data: (data: Result) => void },
): Promise<void> {
  for await (const { data, errors } of streamResults<Result>(documentParams(document), variables, on)) {
    if (errors) throw toApiError({ status: 200, errors, retryAfterHeader: null });
    if (data) on.data(data);
  }
}

/**
 * Yields the results of one subscription, errors included, until it ends.
 *
 * @throws ApiError `UNREACHABLE` if the stream broke off, was aborted, or could not be opened.
 */
export async function* streamResults<Result>(
  params: DocumentParams,
  variables: Record<string, unknown>,
  on: StreamControl,
): AsyncGenerator<FormattedExecutionResult<Result>> {
  const client = createClient({
    url: apiUrl("/graphql").href,
    credentials: apiOrigin() ? "include" : "same-origin",
    // The caller reconnects, because it knows which changes it has missed.
    retryAttempts: 0,
    fetchFn: (url: string, init: RequestInit) => watchedFetch(url, { ...init, cache: "no-store" }),
  });
  const results = client.iterate<Result>({ ...params, variables }, { connected: () => on.open() });
  const stop = () => {
    client.dispose();
    // `dispose` alone leaves the pending `next()` unresolved.
    void results.throw?.(new ApiError("UNREACHABLE"));
  };
  on.signal.addEventListener("abort", stop, { once: true });
  try {
    for (;;) {
      const next = await results.next().catch(() => {
        throw new ApiError("UNREACHABLE");
      });
      if (next.done) return;
      yield next.value as FormattedExecutionResult<Result>;
    }
  } finally {
    on.signal.removeEventListener("abort", stop);
    client.dispose();
  }
}
