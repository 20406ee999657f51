import { queryOptions, useQuery } from "@tanstack/react-query";
import { runDocument } from "../api/graphql-client.ts";
import { ViewerDocument, type ViewerQuery } from "../gql/graphql.ts";

/** Who is signed in. */
export type Viewer = NonNullable<ViewerQuery["viewer"]>;

/** The one query that is always there: null means that nobody is signed in. */
export const viewerQuery = queryOptions({
  queryKey: ["viewer"],
  queryFn: async ({ signal }) => (await runDocument(ViewerDocument, {}, signal)).viewer,
  // Another tab may have signed out, or in as somebody else.
  refetchOnWindowFocus: true,
  staleTime: 5_000,
});

/** Who is signed in, kept up to date. */
export function useViewer() {
  return useQuery(viewerQuery);
}
