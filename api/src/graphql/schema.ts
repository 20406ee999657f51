import { builder } from "./builder.ts";
import "./date-time.ts";
import "./viewer.ts";
import "./project.ts";
import "./ttl-secret.ts";
import "./ttl-secret-changed.ts";
import "./reveal.ts";
import "./audit-event.ts";
import "./api-key.ts";

builder.queryType({
  description: "Reads; none of them changes anything. A document may select five of these fields.",
});
builder.mutationType({ description: "Changes. A document may select one of these fields." });
builder.subscriptionType({
  description:
    "What happens, as it happens, as server-sent events. A document may select one of these fields.",
});

/** The API's schema, a public contract; printed to `api/schema.graphql`. */
export const schema = builder.toSchema();
