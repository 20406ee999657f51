import { queryOptions, useQuery } from "@tanstack/react-query";
import { runDocument } from "../api/graphql-client.ts";
import { ViewerDocument, type ViewerQuery } from "../gql/graphql.ts";

/** The signed-in user. */
export type Viewer = NonNullable<ViewerQuery["viewer"]>;

/** Query for the signed-in user; null if signed out. Always mounted. */
export const viewerQuery = queryOptions({
  queryKey: ["viewer"],
  queryFn: async ({ signal }) => (await runDocument(ViewerDocument, {}, signal)).viewer,
  // Another tab may have signed out, or in with another account.
  refetchOnWindowFocus: true,
  staleTime: 5_000,
});

/** The signed-in user, refetched when the tab regains focus. */
export function useViewer() {
  return useQuery(viewerQuery);
}
