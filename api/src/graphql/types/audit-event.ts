import { requireMember } from "../../accounts/authorization.ts";
import { AUDIT_ACTIONS, type AuditAction, type AuditEvent, readDetails } from "../../audit/audit-event.ts";
import { listEvents } from "../../audit/list-events.ts";
import { encodeCursor, pageRequest } from "../../shared/paging.ts";
import { builder } from "../builder.ts";
import { EDGE, pageArgs, toConnection } from "./connection.ts";

const DESCRIPTIONS: Record<AuditAction, string> = {
  temporary_secret_create: "A TTL secret was created.",
  temporary_secret_viewed: "A recipient opened a TTL secret.",
  temporary_secret_failed: "An attempt failed and destroyed the TTL secret.",
  temporary_secret_revoked: "The sender revoked a TTL secret.",
  project_deleted: "A member deleted a project with all its TTL secrets.",
};

const AuditEventType = builder.objectRef<AuditEvent>("AuditEvent").implement({
  description: "One line of the append-only audit log.",
  fields: (t) => ({
    id: t.exposeID("id", { description: "A UUID." }),
    projectId: t.exposeID("projectId", {
      description: "`Project.id`. The project may have been deleted.",
    }),
    action: t.exposeString("action", {
      description:
        "`temporary_secret_create`, `temporary_secret_viewed`, `temporary_secret_failed`, `temporary_secret_revoked` or `project_deleted`. More may follow.",
    }),
    at: t.expose("at", { type: "DateTime", description: "Time of the event by the database's clock." }),
    sourceIp: t.exposeString("sourceIp", {
      description: "IPv4 or IPv6 address the request came from; `0.0.0.0` if there was no request.",
    }),
    actor: t.exposeString("actor", {
      nullable: true,
      description:
        "The member or API key behind it: a member's e-mail, or API key “name”. Null for a recipient, who is anonymous.",
    }),
    ttlSecretId: t.exposeID("ttlSecretId", {
      nullable: true,
      description: "The TTL secret. It may have been deleted with its project.",
    }),
    ttlSecretName: t.exposeString("ttlSecretName", { nullable: true, description: "Its name at the time." }),
    reason: t.string({
      nullable: true,
      description:
        "Why a TTL secret failed: `wrong_passphrase`, `interrupted`, `unreadable`, `database_restored` (after a failover or restore, which may have lost attempts), `destroyed_by_operator` or `project_deleted`. More may follow. Null for other actions, and for events before reasons were recorded.",
      resolve: ({ details }) => readDetails(details).reason ?? null,
    }),
    projectName: t.string({
      nullable: true,
      description: "Of `project_deleted`: the project's name at the time.",
      resolve: ({ details }) => readDetails(details).projectName ?? null,
    }),
    pendingTtlSecretCount: t.int({
      nullable: true,
      description: "Of `project_deleted`: number of TTL secrets deleted with it that could still be opened.",
      resolve: ({ details }) => readDetails(details).pendingTtlSecretCount ?? null,
    }),
  }),
});

const AuditActionType = builder.enumType("AuditAction", {
  description: "The actions that an audit event can record, by the names in `AuditEvent.action`.",
  values: Object.fromEntries(
    AUDIT_ACTIONS.map((action) => [action, { value: action, description: DESCRIPTIONS[action] }]),
  ) as Record<AuditAction, { value: AuditAction; description: string }>,
});

const AuditEventConnection = builder.connectionObject(
  {
    type: AuditEventType,
    name: "AuditEventConnection",
    description: "A page of audit events, newest first.",
  },
  EDGE,
);

builder.queryField("auditEvents", (t) =>
  t.field({
    type: AuditEventConnection,
    description:
      "A project's audit events, or the whole vault's, newest first; those of a deleted project too. For members: FORBIDDEN to API keys.",
    args: {
      projectId: t.arg.id({
        required: false,
        description: "`Project.id`; NOT_FOUND when it is not your vault's. Omitted: all of your vault.",
      }),
      actions: t.arg({
        type: [AuditActionType],
        required: false,
        description: "Only events with one of these actions. Omitted or empty: all.",
      }),
      from: t.arg({
        type: "DateTime",
        required: false,
        description: "Only events at or after this instant.",
      }),
      to: t.arg({
        type: "DateTime",
        required: false,
        description: "Only events before this instant; BAD_USER_INPUT unless it is after `from`.",
      }),
      ...pageArgs,
    },
    resolve: async (_root, { first, after, ...filter }, context) => {
      const { member } = await requireMember(context);
      const page = pageRequest(first ?? 50, after);
      const events = await listEvents(context.services, { member, filter, page });
      return toConnection(events, ({ id, at }) => encodeCursor({ id, at }), after == null);
    },
  }),
);
