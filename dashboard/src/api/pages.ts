/**
 * Lists that are read newest first, page by page, while new rows arrive at the top. Only the newest page is
 * asked again and again; what was loaded before is kept and brought up to date row by row, so that two
 * hundred loaded pages cost one request per poll and not two hundred.
 */
export interface Page<Node extends { id: string }> {
  edges: { cursor: string; node: Node }[];
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
}

/** TanStack's shape of an infinite query, with cursors as page parameters (null for the newest page). */
export interface Pages<Node extends { id: string }> {
  pages: Page<Node>[];
  /** What each page was asked with. Only handed through. */
  pageParams: unknown[];
}

/** All loaded rows, newest first. */
export function nodesOf<Node extends { id: string }>(pages: Pages<Node> | undefined): Node[] {
  return pages?.pages.flatMap((page) => page.edges.map((edge) => edge.node)) ?? [];
}

/** The cursor that "Load more" asks with; undefined at the end of the list. */
export function nextCursor<Node extends { id: string }>(page: Page<Node>): string | undefined {
  return page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? undefined) : undefined;
}

/**
 * Puts a freshly read newest page on top of what is loaded: known rows are replaced where they stand,
 * unknown ones go on top. If the two share no row, more than a page has arrived meanwhile and there would
 * be a gap: then the list starts over from the new page, and "Load more" leads on from there.
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

/** Brings single rows up to date where they stand; rows that are not loaded are left out. */
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
 * Where else to look: cursors after which a row stands that may still change, a page apart, the newest page
 * not counted. One of them is asked per poll, in turn.
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
