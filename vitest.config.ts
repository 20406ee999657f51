import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: "./api/test/global-setup.ts",
    projects: ["drizzle", "api", "dashboard", "reveal", "e2e"].map((name) => ({
      extends: true as const,
      // graphql-js refuses to be loaded twice. Node takes its CommonJS build, so the tests must, too.
      resolve: { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] },
      test: { name, root: name, include: ["**/*.test.ts"] },
    })),
  },
});
