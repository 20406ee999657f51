import { GraphQLError } from "graphql";
import { builder } from "./builder.ts";

builder.scalarType("DateTime", {
  description: "An instant in UTC as ISO 8601 text with milliseconds, such as 2030-01-31T12:34:56.789Z.",
  specifiedByURL: "https://scalars.graphql.org/andimarek/date-time.html",
  serialize: (instant) => instant.toISOString(),
  parseValue: () => {
    throw new GraphQLError("No input takes a DateTime.");
  },
});
