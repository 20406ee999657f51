/** Lets Stryker leave SQL alone, whose mutants are in `statements.mjs`: every template with a tag is SQL here. */
export const strykerPlugins = [
  {
    kind: "Ignore",
    name: "sql",
    value: { shouldIgnore: ({ node }) => (node.type === "TaggedTemplateExpression" ? "SQL" : undefined) },
  },
];
