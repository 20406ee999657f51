import { defineConfig } from "vitest/config";

/** The tests that mutants are tried against: the API's, in one project, as the mutation runner wants them. */
export default defineConfig({
  resolve: { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] },
  test: {
    root: "api",
    globalSetup: "./test/global-setup.ts",
    include: ["src/crypto/*.test.ts"],
  },
});
