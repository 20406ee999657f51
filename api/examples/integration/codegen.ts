import type { CodegenConfig } from "@graphql-codegen/cli";

/** Generates types for the operations from the committed schema, so that a breaking API change is a type error. */
const config: CodegenConfig = {
  schema: "schema.graphql",
  importExtension: ".ts",
  documents: "examples/integration/*.graphql",
  generates: {
    "examples/integration/gql/": {
      preset: "client",
      presetConfig: { fragmentMasking: false, skipIndexFile: true },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        scalars: { DateTime: "string" },
      },
    },
  },
};

export default config;
