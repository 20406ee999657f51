import { requireMember } from "../../accounts/authorization.ts";
import { AUDIT_ACTIONS, type AuditAction, type AuditEvent } from "../../audit/audit-event.ts";
import { listEvents } from "../../audit/list-events.ts";
import { encodeCursor, pageRequest } from "../../shared/paging.ts";
import { builder } from "../builder.ts";
import { EDGE, pageArgs, toConnection } from "./connection.ts";

const DESCRIPTIONS: Record<AuditAction, string> = {
  temporary_secret_create: "A TTL secret was created.",
  temporary_secret_viewed: "A recipient opened it.",
  temporary_secret_failed: "An attempt at it failed, and destroyed it.",
  temporary_secret_revoked: "It was taken back.",
};

const AuditEventType = builder.objectRef<AuditEvent>("AuditEvent").implement({
  description: "One line of the append-only audit log.",
  fields: (t) => ({
    id: t.exposeID("id", { description: "A UUID." }),
    projectId: t.exposeID("projectId", {
      description: "`Project.id` of the project it happened in, which may be gone.",
    }),
    action: t.exposeString("action", {
      description:
        "`temporary_secret_create`, `temporary_secret_viewed`, `temporary_secret_failed` or `temporary_secret_revoked`.",
    }),
    at: t.expose("at", { type: "DateTime", description: "When it happened, by the database's clock." }),
    sourceIp: t.exposeString("sourceIp", { description: "IPv4 or IPv6 address the request came from." }),
    actor: t.exposeString("actor", {
      nullable: true,
      description:
        "Who did it: a member's e-mail, or API key “name”. Null for a recipient, who is anonymous.",
    }),
    ttlSecretId: t.exposeID("ttlSecretId", {
      nullable: true,
      description: "The TTL secret it happened to; it may be gone with its project.",
    }),
    ttlSecretName: t.exposeString("ttlSecretName", { nullable: true, description: "Its name at the time." }),
  }),
});

const AuditActionType = builder.enumType("AuditAction", {
  description: "What an audit event can record, by the names that `AuditEvent.action` has.",
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
      "A project's audit events, or the whole vault's, newest first; also after the project was deleted. For members: FORBIDDEN to API keys.",
    args: {
      projectId: t.arg.id({
        required: false,
        description: "`Project.id`; NOT_FOUND when it is not your vault's. Left out: all of your vault.",
      }),
      actions: t.arg({
        type: [AuditActionType],
        required: false,
        description: "Only events that record one of these. Left out, or empty: all.",
      }),
      from: t.arg({ type: "DateTime", required: false, description: "Only events from this instant on." }),
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
