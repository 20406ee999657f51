import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

const DATABASE_TESTS = "{api,drizzle}/**/*.db.test.ts";
const SYSTEM_TESTS = ["api/**/*.system.test.ts", "e2e/system/**/*.test.ts"];

/** Limits for a test that hangs. They are generous because tests hash passwords and may share a small machine. */
const DATABASE_LIMITS = { testTimeout: 30_000, hookTimeout: 60_000 };
const PROCESS_LIMITS = { testTimeout: 300_000, hookTimeout: 120_000 };

const DATABASE_SETUP = "./api/test/global-setup.ts";
const BROWSER_SETUP = "./e2e/support/global-setup.ts";

const project = (name: string, test: TestProjectInlineConfiguration["test"]) => ({
  extends: true as const,
  // graphql-js refuses to be loaded twice. Node loads its CommonJS build, so the tests must, too.
  resolve: { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] },
  test: { name, ...test },
});

/**
 * One project per kind of test; the file name says which: `*.test.ts` needs nothing but Node, `*.db.test.ts` a
 * PostgreSQL, `*.system.test.ts` and `e2e/system` whole processes and programs of the operating system.
 */
export default defineConfig({
  test: {
    projects: [
      project("unit", {
        include: ["*.test.ts", "{api,drizzle,dashboard,reveal}/**/*.test.ts"],
        exclude: ["**/node_modules/**", "**/dist/**", DATABASE_TESTS, ...SYSTEM_TESTS],
        isolate: false,
      }),
      project("database", { include: [DATABASE_TESTS], globalSetup: DATABASE_SETUP, ...DATABASE_LIMITS }),
      project("browser", {
        include: ["e2e/browser/**/*.test.ts"],
        globalSetup: [DATABASE_SETUP, BROWSER_SETUP],
        ...PROCESS_LIMITS,
      }),
      project("process", {
        include: ["e2e/{consistency,security}/**/*.test.ts"],
        globalSetup: [DATABASE_SETUP, BROWSER_SETUP],
        ...PROCESS_LIMITS,
      }),
      project("system", {
        include: SYSTEM_TESTS,
        globalSetup: [DATABASE_SETUP, BROWSER_SETUP],
        ...PROCESS_LIMITS,
      }),
    ],
  },
});
