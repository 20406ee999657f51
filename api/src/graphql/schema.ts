import { builder } from "./builder.ts";
import "./types/date-time.ts";
import "./types/viewer.ts";
import "./types/project.ts";
import "./types/ttl-secret.ts";
import "./types/ttl-secret-changed.ts";
import "./types/reveal.ts";
import "./types/audit-event.ts";
import "./types/api-key.ts";

builder.queryType({
  description: "Reads; none changes anything. A document may select up to five of these fields.",
});
builder.mutationType({ description: "Changes. A document may select one of these fields." });
builder.subscriptionType({
  description: "Live changes, as server-sent events. A document may select one of these fields.",
});

/** The schema, a public contract. `pnpm generate` prints it to `api/schema.graphql`. */
export const schema = builder.toSchema();
