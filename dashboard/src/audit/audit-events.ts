import { runDocument } from "../api/graphql-client.ts";
import { pageSize, useWatchedPages, watchedPagesKeys } from "../api/use-watched-pages.ts";
import { AuditEventsDocument, type AuditEventsQuery } from "../gql/graphql.ts";
import { type AuditFilter, filterVariables, writeFilter } from "./audit-filter.ts";

/** An audit event. */
export type AuditEvent = AuditEventsQuery["auditEvents"]["edges"][number]["node"];

/**
 * A project's audit events that match the filter, newest first. Events never change; polling adds new ones on top.
 */
export function useAuditEvents(projectId: string, filter: AuditFilter) {
  const variables = { projectId, ...filterVariables(filter), first: pageSize };
  return useWatchedPages<AuditEvent>({
    keys: watchedPagesKeys("audit-events", `${projectId}?${writeFilter(filter)}`),
    read: async (after, signal) =>
      (await runDocument(AuditEventsDocument, { ...variables, after }, signal)).auditEvents,
    mayChange: () => false,
    pollMs: { busy: 5_000, idle: 5_000 },
  });
}
