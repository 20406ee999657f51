import type { AuditEvent } from "../audit/audit-event.ts";
import { listEvents } from "../audit/list-events.ts";
import { pageRequest } from "../page.ts";
import { builder } from "./builder.ts";
import { EDGE, pageArgs, toConnection } from "./connection.ts";
import { requireMember } from "./context.ts";

const AuditEventType = builder.objectRef<AuditEvent>("AuditEvent").implement({
  description: "One line of the append-only audit log.",
  fields: (t) => ({
    id: t.exposeID("id", { description: "A UUID." }),
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

const AuditEventConnection = builder.connectionObject(
  {
    type: AuditEventType,
    name: "AuditEventConnection",
    description: "A page of a project's audit events, newest first.",
  },
  EDGE,
);

builder.queryField("auditEvents", (t) =>
  t.field({
    type: AuditEventConnection,
    description:
      "A project's audit events, newest first; also after the project was deleted. For members: FORBIDDEN to API keys.",
    args: {
      projectId: t.arg.id({ description: "`Project.id`; NOT_FOUND when it is not your vault's." }),
      ...pageArgs,
    },
    resolve: async (_root, { projectId, first, after }, context) => {
      const { member } = await requireMember(context);
      const page = pageRequest(first ?? 50, after);
      const events = await listEvents(context.services, { member, projectId, page });
      return toConnection(events, ({ id, at }) => ({ id, at }), after == null);
    },
  }),
);
