import { QueryClient } from "@tanstack/react-query";
import { viewerQuery } from "../accounts/viewer.ts";
import { asApiError } from "../api/api-error.ts";
import { onSessionEnd } from "../api/session-end.ts";

/** The cache of what was read. It lives in memory only, and empties itself when the session ends. */
export function createQueryClient(): QueryClient {
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        // Whether the server can be reached is found out by asking it, not from the browser's guess.
        networkMode: "always",
        retry: (failures, error) => failures < 1 && asApiError(error).code === "INTERNAL",
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
  // Asked again rather than taken for granted: a request that left just before the session was renewed, as it is
  // when the password changes, is told the same.
  onSessionEnd(() => void queries.refetchQueries({ queryKey: viewerQuery.queryKey }));
  return queries;
}
