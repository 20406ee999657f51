import { QueryClient } from "@tanstack/react-query";
import { viewerQuery } from "../accounts/viewer.ts";
import { asApiError } from "../api/api-error.ts";
import { onSessionEnd } from "../api/session-end.ts";

/** Creates the query cache. It is in memory only and is emptied when the session ends. */
export function createQueryClient(): QueryClient {
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        // Determine reachability by sending requests, not from `navigator.onLine`.
        networkMode: "always",
        retry: (failures, error) => failures < 1 && asApiError(error).code === "INTERNAL",
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
  // Verify instead of signing out: a request sent just before the session was renewed, as a password change does,
  // also gets UNAUTHENTICATED.
  onSessionEnd(() => void queries.refetchQueries({ queryKey: viewerQuery.queryKey }));
  return queries;
}
