import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { type ApiError, asApiError } from "./api-error.ts";
import {
  cursorsToWatch,
  mergeNewest,
  nextCursor,
  nodesOf,
  type Page,
  type Pages,
  replaceNodes,
} from "./pages.ts";

/** Rows per request, everywhere. */
export const pageSize = 50;

/** Where the pages of a list and its watch live in the query cache; `view` tells ways to look at one list apart. */
export function watchedPagesKeys(list: string, projectId: string, view = "") {
  return { pages: [list, projectId, "pages", view], watch: [list, projectId, "watch", view] } as const;
}

/** How a list is read, and what of it may still change. */
export interface WatchedPagesOptions<Node extends { id: string }> {
  keys: ReturnType<typeof watchedPagesKeys>;
  read: (after: string | null, signal: AbortSignal) => Promise<Page<Node>>;
  mayChange: (node: Node) => boolean;
  /** Milliseconds between polls while a loaded row may change, and while none may. */
  pollMs: { busy: number; idle: number };
  /**
   * Whether rows may come and go anywhere in the list, as they do behind a filter or in another order: then every
   * loaded page is read again, and not only the newest.
   */
  anywhere?: boolean;
}

/** A list that is read page by page and kept up to date while it is on screen. */
export interface WatchedPages<Node> {
  /** Undefined until the first page is there. */
  nodes: Node[] | undefined;
  /** Why the first page is not there. */
  error: ApiError | null;
  /** Why the list on screen may be out of date. */
  watchError: ApiError | null;
  /** What is on screen is still what was asked for before. */
  isChanging: boolean;
  hasMore: boolean;
  loadingMore: boolean;
  loadMoreError: ApiError | null;
  loadMore: () => void;
  retry: () => void;
  refresh: () => void;
}

/**
 * Reads a list with "Load more" and polls it: the newest page each time, and in turn one page of older rows
 * that may still change. At most two requests per poll, however much is loaded, unless rows may come and go anywhere.
 */
export function useWatchedPages<Node extends { id: string }>(
  options: WatchedPagesOptions<Node>,
): WatchedPages<Node> {
  const { keys, read, mayChange, pollMs, anywhere = false } = options;
  const queries = useQueryClient();
  const turn = useRef(0);
  const loaded = () => queries.getQueryData<Pages<Node>>(keys.pages);

  const list = useInfiniteQuery({
    queryKey: keys.pages,
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: nextCursor,
    // The watch keeps it fresh; TanStack's own refetch would read every loaded page again.
    staleTime: Number.POSITIVE_INFINITY,
    // Another view of the same project's list: what was there stays until the new rows are.
    placeholderData: (before, query) => (isSameList(query?.queryKey ?? [], keys.pages) ? before : undefined),
  });

  const watch = useQuery({
    queryKey: keys.watch,
    enabled: list.data !== undefined && !list.isPlaceholderData,
    initialData: null,
    initialDataUpdatedAt: () => queries.getQueryState(keys.pages)?.dataUpdatedAt,
    staleTime: 1_000,
    refetchInterval: ({ state }) => {
      const error = state.error && asApiError(state.error);
      if (error?.code === "RATE_LIMITED") return (error.retryAfterSeconds ?? 60) * 1_000;
      return nodesOf(loaded()).some(mayChange) ? pollMs.busy : pollMs.idle;
    },
    queryFn: async ({ signal }) => {
      if (anywhere) {
        await queries.refetchQueries({ queryKey: keys.pages, exact: true }, { throwOnError: true });
        return null;
      }
      const cursors = cursorsToWatch(loaded(), pageSize, mayChange);
      turn.current += 1;
      const older = cursors[turn.current % cursors.length];
      const [newest, others] = await Promise.all([
        read(null, signal),
        older === undefined ? null : read(older, signal),
      ]);
      const known = loaded();
      // "Load more" writes back the pages it started from, so a merge under its feet would be undone; it
      // asks for another poll when it is through.
      if (!known || queries.isFetching({ queryKey: keys.pages }) > 0) return null;
      const merged = mergeNewest(known, newest);
      const olderNodes = others?.edges.map((edge) => edge.node) ?? [];
      queries.setQueryData(keys.pages, replaceNodes(merged, olderNodes));
      return null;
    },
  });

  const nodes = useMemo(() => list.data && nodesOf(list.data), [list.data]);
  const refresh = () => void watch.refetch();
  return {
    nodes,
    error: list.data === undefined && list.error ? asApiError(list.error) : null,
    watchError: watch.error ? asApiError(watch.error) : null,
    isChanging: list.isPlaceholderData,
    hasMore: list.hasNextPage,
    loadingMore: list.isFetchingNextPage,
    loadMoreError: list.isFetchNextPageError && list.error ? asApiError(list.error) : null,
    loadMore: () => {
      if (!list.isFetching) void list.fetchNextPage().then(anywhere ? undefined : refresh);
    },
    retry: () => void list.refetch(),
    refresh,
  };
}

const isSameList = (one: readonly unknown[], other: readonly unknown[]) =>
  one[0] === other[0] && one[1] === other[1];
