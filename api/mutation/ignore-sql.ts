/** Makes Stryker skip SQL, whose mutants are in `statements.ts`: every tagged template here is SQL. */
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
