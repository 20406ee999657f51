/** The mutants that no test notices, and why none needs to: `what was → what it became`, white space squeezed. */
const EXPLAINED = [
  {
    because: "of exactly one field it is the same",
    mutants: {
      "graphql/access.ts": [
        "fields.every(({ name }) => PUBLIC_FIELDS.has(name.value)) → fields.some(({ name }) => PUBLIC_FIELDS.has(name.value))",
      ],
    },
  },
  {
    because: "Yoga's parser always says how long a document is; the check is for the compiler",
    mutants: { "graphql/access.ts": ["args.document.loc?.end → args.document.loc.end"] },
  },
];

/** Whether it is known why nothing is wrong with this change of this file. */
export const isExplained = (file, change) => EXPLAINED.some(({ mutants }) => mutants[file]?.includes(change));
