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

/** Rows per request of every list. */
export const pageSize = 50;

/** Query keys of a list's pages and its poll. `view` separates different views of one list. */
export function watchedPagesKeys(list: string, projectId: string, view = "") {
  return { pages: [list, projectId, "pages", view], watch: [list, projectId, "watch", view] } as const;
}

/** How a list is read and polled. */
export interface WatchedPagesOptions<Node extends { id: string }> {
  keys: ReturnType<typeof watchedPagesKeys>;
  read: (after: string | null, signal: AbortSignal) => Promise<Page<Node>>;
  mayChange: (node: Node) => boolean;
  /** Poll interval in ms while any loaded row may change (`busy`) and while none may (`idle`). */
  pollMs: { busy: number; idle: number };
  /**
   * Whether rows may appear or disappear anywhere, as with a filter or another order. Every loaded page is then read
   * again, not only the newest.
   */
  anywhere?: boolean;
}

/** A paginated list that is polled while mounted. */
export interface WatchedPages<Node> {
  /** Undefined until the first page has loaded. */
  nodes: Node[] | undefined;
  /** Error of the first page. */
  error: ApiError | null;
  /** Error of the last poll; the rows may be out of date. */
  watchError: ApiError | null;
  /** Whether the rows still belong to the previous view. */
  isChanging: boolean;
  hasMore: boolean;
  loadingMore: boolean;
  loadMoreError: ApiError | null;
  loadMore: () => void;
  retry: () => void;
  refresh: () => void;
}

/**
 * Reads a list with "Load more" and polls it. A poll reads the newest page and, in turn, one page of older rows that
 * may still change: at most two requests, however many rows are loaded, unless `anywhere` is set.
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
    // The poll below keeps it current; TanStack's own refetch would read every loaded page again.
    staleTime: Number.POSITIVE_INFINITY,
    // Another view of the same list: keep showing the old rows until the new ones arrive.
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
      // "Load more" writes back the pages it started from and would undo this merge. It triggers another poll when it
      // is done.
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
