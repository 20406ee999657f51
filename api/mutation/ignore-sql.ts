/** Lets Stryker leave SQL alone, whose mutants are in `statements.ts`: every template with a tag is SQL here. */
export const strykerPlugins = [
  {
    kind: "Ignore",
    name: "sql",
    value: {
      shouldIgnore: ({ node }: { node: { type: string } }) =>
        node.type === "TaggedTemplateExpression" ? "SQL" : undefined,
    },
  },
];
