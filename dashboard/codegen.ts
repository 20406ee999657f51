import type { CodegenConfig } from "@graphql-codegen/cli";

/** Turns every `.graphql` document into a typed one; the output is committed and checked for drift. */
const config: CodegenConfig = {
  schema: "../api/schema.graphql",
  documents: "src/**/*.graphql",
  generates: {
    "src/gql/": {
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
