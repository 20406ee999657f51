import { useQueryClient } from "@tanstack/react-query";
import { useLayoutEffect, useState } from "react";
import { type Viewer, viewerQuery } from "./viewer.ts";

/**
 * The member whose pages may be mounted, or null. The end of a session keeps the member until they leave for an
 * `outside` page, so that they can continue after signing in again. For another account the pages are unmounted and the
 * query cache is emptied first: neither data nor input reaches another vault.
 */
export function useMember(viewer: Viewer | null | undefined, outside: boolean): Viewer | null {
  const queries = useQueryClient();
  const [member, setMember] = useState<Viewer | null>(null);
  useLayoutEffect(() => {
    if (viewer && memberKey(viewer) !== memberKey(member)) {
      queries.removeQueries({ predicate: (query) => query.queryKey[0] !== viewerQuery.queryKey[0] });
    }
    if (viewer) setMember(viewer);
    else if (outside) setMember(null);
  }, [viewer, member, outside, queries]);
  if (viewer) return memberKey(viewer) === memberKey(member) ? viewer : null;
  return outside ? null : member;
}

/** Identifies an account in a vault. */
export function memberKey(viewer: Viewer | null): string {
  return viewer ? `${viewer.id} ${viewer.vault.id}` : "";
}
