import { requirePrincipal } from "../../accounts/authorization.ts";
import { followSecrets } from "../../live/follow-secrets.ts";
import { builder } from "../builder.ts";
import { TtlSecretType } from "./ttl-secret.ts";

builder.subscriptionField("ttlSecretChanged", (t) =>
  t.field({
    type: TtlSecretType,
    description:
      "A project's TTL secrets as they change: created, viewed, destroyed, expired, revoked, whichever way that came about. Served as server-sent events to a POST with `Accept: text/event-stream`. Each event is a secret's newest state; one may come more than once, and a slow reader may miss steps in between, but never the last. Every change after the answer's headers is told, so subscribe first and list then. A stream that breaks off, or whose last event has the error `OVERLOADED`, is to be opened again; one whose last event has `UNAUTHENTICATED` or `NOT_FOUND` is not: you may not read on. One that completes without an error is through: the project was deleted. At most 20 streams at a time.",
    args: {
      projectId: t.arg.id({ description: "A project of your vault, or one your API key is for." }),
      since: t.arg({
        type: "DateTime",
        required: false,
        description:
          "To catch up when connecting again: the latest `changedAt` you have seen. What changed since, and a minute before, comes first.",
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
