/**
 * Pages of a list sorted newest first, while new rows arrive at the top. A poll reads only the newest page and
 * updates loaded rows in place, so two hundred loaded pages cost one request per poll, not two hundred.
 */
export interface Page<Node extends { id: string }> {
  edges: { cursor: string; node: Node }[];
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
}

/** Data of TanStack's infinite query, with cursors as page parameters (null for the newest page). */
export interface Pages<Node extends { id: string }> {
  pages: Page<Node>[];
  /** Parameter of each page. Only passed through. */
  pageParams: unknown[];
}

/** All loaded rows, newest first. */
export function nodesOf<Node extends { id: string }>(pages: Pages<Node> | undefined): Node[] {
  return pages?.pages.flatMap((page) => page.edges.map((edge) => edge.node)) ?? [];
}

/** Cursor of the next page; undefined at the end of the list. */
export function nextCursor<Node extends { id: string }>(page: Page<Node>): string | undefined {
  return page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? undefined) : undefined;
}

/**
 * Merges a newly read first page into the loaded ones: known rows are replaced in place, new rows go on top. If no
 * row overlaps, more than a page arrived in between; the list then starts over from the new page instead of showing a
 * gap.
 */
export function mergeNewest<Node extends { id: string }>(
  loaded: Pages<Node>,
  newest: Page<Node>,
): Pages<Node> {
  const [first, ...rest] = loaded.pages;
  const known = new Set(loaded.pages.flatMap((page) => page.edges.map((edge) => edge.node.id)));
  const overlaps = newest.edges.some((edge) => known.has(edge.node.id));
  if (!first || (!overlaps && newest.pageInfo.hasNextPage) || known.size === 0) {
    return { pages: [newest], pageParams: [null] };
  }
  const arrived = newest.edges.filter((edge) => !known.has(edge.node.id));
  const merged: Pages<Node> = {
    pages: [{ ...first, edges: [...arrived, ...first.edges] }, ...rest],
    pageParams: loaded.pageParams,
  };
  return replaceNodes(
    merged,
    newest.edges.map((edge) => edge.node),
  );
}

/** Replaces loaded rows in place. Ignores rows that are not loaded. */
export function replaceNodes<Node extends { id: string }>(loaded: Pages<Node>, nodes: Node[]): Pages<Node> {
  const fresh = new Map(nodes.map((node) => [node.id, node]));
  return {
    pages: loaded.pages.map((page) => ({
      ...page,
      edges: page.edges.map((edge) => {
        const node = fresh.get(edge.node.id);
        return node ? { ...edge, node } : edge;
      }),
    })),
    pageParams: loaded.pageParams,
  };
}

/**
 * Cursors before rows that may still change, at least a page apart, beyond the newest page. Each poll reads one of
 * them in turn.
 */
export function cursorsToWatch<Node extends { id: string }>(
  loaded: Pages<Node> | undefined,
  pageSize: number,
  mayChange: (node: Node) => boolean,
): string[] {
  const edges = loaded?.pages.flatMap((page) => page.edges) ?? [];
  const cursors: string[] = [];
  let index = pageSize;
  while (index < edges.length) {
    const edge = edges[index];
    const before = edges[index - 1];
    if (edge && before && mayChange(edge.node)) {
      cursors.push(before.cursor);
      index += pageSize;
    } else {
      index += 1;
    }
  }
  return cursors;
}
