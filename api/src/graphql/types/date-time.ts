import { GraphQLError } from "graphql";
import { builder } from "../builder.ts";

/** Four-digit years only: PostgreSQL cannot read the ISO form of later years. */
const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

builder.scalarType("DateTime", {
  description: "An instant in UTC as ISO 8601 text with milliseconds, such as 2030-01-31T12:34:56.789Z.",
  specifiedByURL: "https://scalars.graphql.org/andimarek/date-time.html",
  serialize: (instant) => instant.toISOString(),
  parseValue: (input) => {
    const instant = typeof input === "string" && ISO_8601.test(input) ? new Date(input) : undefined;
    if (!instant || Number.isNaN(instant.getTime())) throw new GraphQLError("This is no DateTime.");
    return instant;
  },
});
