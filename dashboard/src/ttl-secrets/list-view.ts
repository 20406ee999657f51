import type { TtlSecretFilter, TtlSecretOrder, TtlSecretStatus } from "../gql/graphql.ts";

/**
 * Search, filter and order of a project's list. Stored in the page's URL, so that a reload keeps it and Back undoes
 * it.
 */
export interface ListView {
  statuses: TtlSecretStatus[];
  search: string;
  order: TtlSecretOrder;
}

/** Statuses in the order of the filter. */
export const statuses = [
  "PENDING",
  "VIEWED",
  "DESTROYED",
  "EXPIRED",
  "REVOKED",
] as const satisfies TtlSecretStatus[];

/** Orders; the first is the default. */
export const orders = [
  "NEWEST_FIRST",
  "NAME",
  "EXPIRES_FIRST",
  "EXPIRES_LAST",
] as const satisfies TtlSecretOrder[];

/** Maximum length of a search in characters, as at the server. */
export const maxSearch = 200;

/** Parses the view from the URL. Ignores invalid values. */
export function readView(query: URLSearchParams): ListView {
  const asked = query.get("status")?.toUpperCase().split(",") ?? [];
  const order = query.get("sort")?.toUpperCase().replaceAll("-", "_");
  return {
    statuses: statuses.filter((status) => asked.includes(status)),
    search: searchable(query.get("search") ?? ""),
    order: orders.find((each) => each === order) ?? "NEWEST_FIRST",
  };
}

/** Serializes the view for the URL, without defaults. */
export function writeView({ statuses, search, order }: ListView): URLSearchParams {
  const query = new URLSearchParams();
  if (statuses.length > 0) query.set("status", statuses.join(",").toLowerCase());
  if (search) query.set("search", search);
  if (order !== "NEWEST_FIRST") query.set("sort", order.toLowerCase().replaceAll("_", "-"));
  return query;
}

/** Changes that clear a view's filters. */
export const unfiltered = { statuses: [], search: "" } satisfies Partial<ListView>;

/** Whether a view hides rows. */
export function isFiltered({ statuses, search }: ListView): boolean {
  return statuses.length > 0 || search !== "";
}

/** The view as API input. */
export function viewVariables({ statuses, search, order }: ListView): {
  filter: TtlSecretFilter | null;
  orderBy: TtlSecretOrder;
} {
  const filter: TtlSecretFilter = {
    ...(statuses.length > 0 && { statuses }),
    ...(search && { nameContains: search }),
  };
  return { filter: Object.keys(filter).length > 0 ? filter : null, orderBy: order };
}

/** Search text reduced to what a name can contain: one line of at most 200 characters. */
export function searchable(typed: string): string {
  const line = typed.toWellFormed().replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ");
  return [...line].slice(0, maxSearch).join("").trim();
}
