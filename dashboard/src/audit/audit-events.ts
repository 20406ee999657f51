import { AuditEventsDocument, type AuditEventsQuery } from "../gql/graphql.ts";
import { runDocument } from "../shared/graphql-client.ts";
import { pageSize, useWatchedPages, watchedPagesKeys } from "../shared/use-watched-pages.ts";

/** One line of the audit log. */
export type AuditEvent = AuditEventsQuery["auditEvents"]["edges"][number]["node"];

/** A project's audit events, newest first. They never change; new ones turn up on top by themselves. */
export function useAuditEvents(projectId: string) {
  return useWatchedPages<AuditEvent>({
    keys: watchedPagesKeys("audit-events", projectId),
    read: async (after, signal) =>
      (await runDocument(AuditEventsDocument, { projectId, first: pageSize, after }, signal)).auditEvents,
    mayChange: () => false,
    pollMs: { busy: 5_000, idle: 5_000 },
  });
}
