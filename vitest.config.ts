import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

const project = (name: string, test: TestProjectInlineConfiguration["test"] = {}) => ({
  extends: true as const,
  // graphql-js refuses to be loaded twice. Node takes its CommonJS build, so the tests must, too.
  resolve: { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] },
  test: { name, root: name, include: ["**/*.test.ts"], ...test },
});

export default defineConfig({
  test: {
    globalSetup: "./api/test/global-setup.ts",
    // A limit for what hangs, not for what is slow: these tests hash passwords and may share a small machine.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      project("drizzle"),
      project("api"),
      project("dashboard"),
      project("reveal"),
      project("e2e", {
        globalSetup: `${import.meta.dirname}/e2e/support/global-setup.ts`,
        testTimeout: 300_000,
        hookTimeout: 120_000,
      }),
    ],
  },
});
