import type { AuditAction } from "../gql/graphql.ts";
import { type Message, t } from "../i18n/i18n.ts";
import { actions } from "./audit-action.ts";

/** Filter of the audit log. Stored in the page's URL, so that it can be bookmarked and shared. */
export interface AuditFilter {
  /** Empty means all actions. */
  actions: readonly AuditAction[];
  /** First day in the user's time zone, such as `2026-11-25`. Empty means from the beginning. */
  from: string;
  /** Last day, inclusive. Empty means until now. */
  to: string;
}

/** Errors of the date fields. */
export type AuditFilterErrors = Partial<Record<"from" | "to", Message>>;

/** Parses the filter from the URL. Ignores invalid values. */
export function readFilter(search: URLSearchParams): AuditFilter {
  const asked = search.getAll("action");
  const [from, to] = [readDay(search.get("from")), readDay(search.get("to"))];
  return {
    actions: actions.filter((action) => asked.includes(action)),
    from,
    to: orderProblem(from, to) ? "" : to,
  };
}

/** Serializes the filter for the URL; empty if it matches everything. */
export function writeFilter({ actions, from, to }: AuditFilter): URLSearchParams {
  const search = new URLSearchParams();
  for (const action of actions) search.append("action", action);
  if (from) search.set("from", from);
  if (to) search.set("to", to);
  return search;
}

/** The filter as API input, whose `to` is exclusive. */
export function filterVariables({ actions, from, to }: AuditFilter) {
  return {
    ...(actions.length > 0 && { actions: [...actions] }),
    ...(from && { from: startOfDay(from).toISOString() }),
    ...(to && { to: startOfDay(to, 1).toISOString() }),
  };
}

/** Error of a date range, if any. */
export function orderProblem(from: string, to: string): Message | undefined {
  return from && to && to < from ? () => t("audit.wrongOrder") : undefined;
}

/** A date as in `<input type="date">`, or an empty string. Years of more than four digits are ignored. */
function readDay(text: string | null): string {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text ?? "") && !Number.isNaN(Date.parse(`${text}T00:00Z`));
  return isDay ? (text ?? "") : "";
}

/** Start of a day in the user's time zone, or of the day `plus` days later. A day may have 23 or 25 hours. */
function startOfDay(day: string, later = 0): Date {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const start = new Date(0);
  start.setFullYear(year, month - 1, date + later);
  start.setHours(0, 0, 0, 0);
  return start;
}
