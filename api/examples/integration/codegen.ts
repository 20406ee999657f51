import type { CodegenConfig } from "@graphql-codegen/cli";

/** Types the operations by the committed schema, so that a change of the API shows as a type error. */
const config: CodegenConfig = {
  schema: "../api/schema.graphql",
  importExtension: ".ts",
  documents: "integration-example/*.graphql",
  generates: {
    "integration-example/gql/": {
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
