import { runDocument } from "../api/graphql-client.ts";
import { pageSize, useWatchedPages, watchedPagesKeys } from "../api/use-watched-pages.ts";
import { AuditEventsDocument, type AuditEventsQuery } from "../gql/graphql.ts";
import { type AuditFilter, filterVariables, writeFilter } from "./audit-filter.ts";

/** One line of the audit log. */
export type AuditEvent = AuditEventsQuery["auditEvents"]["edges"][number]["node"];

/**
 * A project's audit events that the filter lets through, newest first. They never change; new ones turn up on top by
 * themselves.
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
