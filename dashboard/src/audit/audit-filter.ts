import type { AuditAction } from "../gql/graphql.ts";
import { type Message, t } from "../i18n/i18n.ts";
import { actions } from "./audit-action.ts";

/** Which events of the audit log are shown. It stands in the page's address, so that it can be kept and sent. */
export interface AuditFilter {
  /** None means all. */
  actions: readonly AuditAction[];
  /** The first day, as `2026-11-25` in the reader's time zone; empty means from the beginning. */
  from: string;
  /** The last day, itself included; empty means until now. */
  to: string;
}

/** The fields of the filter that somebody can get wrong, with what is wrong. */
export type AuditFilterErrors = Partial<Record<"from" | "to", Message>>;

/** Reads the filter from the page's address. What is not understood there filters nothing. */
export function readFilter(search: URLSearchParams): AuditFilter {
  const asked = search.getAll("action");
  const [from, to] = [readDay(search.get("from")), readDay(search.get("to"))];
  return {
    actions: actions.filter((action) => asked.includes(action)),
    from,
    to: orderProblem(from, to) ? "" : to,
  };
}

/** Writes the filter as the page's address has it; nothing at all when it lets everything through. */
export function writeFilter({ actions, from, to }: AuditFilter): URLSearchParams {
  const search = new URLSearchParams();
  for (const action of actions) search.append("action", action);
  if (from) search.set("from", from);
  if (to) search.set("to", to);
  return search;
}

/** The filter in the words of the API, whose `to` is the first instant that is left out. */
export function filterVariables({ actions, from, to }: AuditFilter) {
  return {
    ...(actions.length > 0 && { actions: [...actions] }),
    ...(from && { from: startOfDay(from).toISOString() }),
    ...(to && { to: startOfDay(to, 1).toISOString() }),
  };
}

/** What is wrong with two days that were entered, if anything. */
export function orderProblem(from: string, to: string): Message | undefined {
  return from && to && to < from ? () => t("audit.wrongOrder") : undefined;
}

/** A day in the form that `<input type="date">` has it, or empty. Years beyond four digits are nobody's. */
function readDay(text: string | null): string {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text ?? "") && !Number.isNaN(Date.parse(`${text}T00:00Z`));
  return isDay ? (text ?? "") : "";
}

/** When a day begins where the reader is, or the day so many days later. Not every day has 24 hours. */
function startOfDay(day: string, later = 0): Date {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const start = new Date(0);
  start.setFullYear(year, month - 1, date + later);
  start.setHours(0, 0, 0, 0);
  return start;
}
