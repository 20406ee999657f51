import { requirePrincipal } from "../../accounts/authorization.ts";
import { followSecrets } from "../../live/follow-secrets.ts";
import { builder } from "../builder.ts";
import { TtlSecretType } from "./ttl-secret.ts";

builder.subscriptionField("ttlSecretChanged", (t) =>
  t.field({
    type: TtlSecretType,
    description:
      "A project's TTL secrets as they change: created, viewed, destroyed, expired or revoked, whatever the cause. Served as server-sent events to a POST with `Accept: text/event-stream`. Each event is a secret's newest state. A state may come more than once; a slow reader may miss intermediate states, but never the last one. Every change after the response headers is sent, so subscribe first and list afterwards. Reconnect when a stream breaks off or its last event has the error `OVERLOADED`; do not after `UNAUTHENTICATED` or `NOT_FOUND`, because access has ended. A stream that completes without an error is finished: the project was deleted. At most 20 streams at a time.",
    args: {
      projectId: t.arg.id({ description: "`Project.id` of your vault, or one that your API key may read." }),
      since: t.arg({
        type: "DateTime",
        required: false,
        description:
          "To catch up after a reconnect: the latest `changedAt` that you have seen. Changes since a minute before it come first.",
      }),
    },
    subscribe: async (_root, { projectId, since }, context) => {
      const principal = await requirePrincipal(context, "ttl-secrets:read");
      const { services, signal } = context;
      return followSecrets(services, { principal, projectId, since: since ?? undefined, signal });
    },
    resolve: (followed) => {
      if ("refusal" in followed) throw followed.refusal;
      return followed.secret;
    },
  }),
);
