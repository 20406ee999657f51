import type { TtlSecretFilter, TtlSecretOrder, TtlSecretStatus } from "../gql/graphql.ts";

/** How a project's list is looked at. It stands in the page's address, so that a reload keeps it and "back" undoes it. */
export interface ListView {
  statuses: TtlSecretStatus[];
  search: string;
  order: TtlSecretOrder;
}

/** Every status, in the order in which the filter offers them. */
export const statuses = [
  "PENDING",
  "VIEWED",
  "DESTROYED",
  "EXPIRED",
  "REVOKED",
] as const satisfies TtlSecretStatus[];

/** Every order, the first being what a list has unless asked otherwise. */
export const orders = [
  "NEWEST_FIRST",
  "NAME",
  "EXPIRES_FIRST",
  "EXPIRES_LAST",
] as const satisfies TtlSecretOrder[];

/** The most that can be searched for, in characters; the server's own limit. */
export const maxSearch = 200;

/** What the address says; whatever it says wrongly counts as not said. */
export function readView(query: URLSearchParams): ListView {
  const asked = query.get("status")?.toUpperCase().split(",") ?? [];
  const order = query.get("sort")?.toUpperCase().replaceAll("-", "_");
  return {
    statuses: statuses.filter((status) => asked.includes(status)),
    search: searchable(query.get("search") ?? ""),
    order: orders.find((each) => each === order) ?? "NEWEST_FIRST",
  };
}

/** The view for the address; nothing of it that goes without saying. */
export function writeView({ statuses, search, order }: ListView): URLSearchParams {
  const query = new URLSearchParams();
  if (statuses.length > 0) query.set("status", statuses.join(",").toLowerCase());
  if (search) query.set("search", search);
  if (order !== "NEWEST_FIRST") query.set("sort", order.toLowerCase().replaceAll("_", "-"));
  return query;
}

/** What to change of a view so that it leaves nothing out. */
export const unfiltered = { statuses: [], search: "" } satisfies Partial<ListView>;

/** Whether a view leaves rows out. */
export function isFiltered({ statuses, search }: ListView): boolean {
  return statuses.length > 0 || search !== "";
}

/** The view as the server is asked for it. */
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

/** What was typed, as far as a name could contain it: on one line, at most 200 characters. */
export function searchable(typed: string): string {
  const line = typed.toWellFormed().replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ");
  return [...line].slice(0, maxSearch).join("").trim();
}
