import { availableParallelism } from "node:os";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

const DATABASE_TESTS = "{api,drizzle}/**/*.db.test.ts";
const PROCESS_TESTS = ["api/**/*.process.test.ts", "e2e/{consistency,security}/**/*.test.ts"];
const SYSTEM_TESTS = ["api/**/*.system.test.ts", "e2e/system/**/*.test.ts"];

/** Timeouts for a test that hangs. Generous, because tests hash passwords and may share a small machine. */
const DATABASE_LIMITS = { testTimeout: 30_000, hookTimeout: 60_000 };
const PROCESS_LIMITS = { testTimeout: 300_000, hookTimeout: 120_000, expect: { poll: { timeout: 15_000 } } };

const DATABASE_SETUP = "./api/test/global-setup.ts";
const BROWSER_SETUP = "./e2e/support/global-setup.ts";

const project = (name: string, test: TestProjectInlineConfiguration["test"]) => ({
  extends: true as const,
  // graphql-js must be loaded only once. Node loads its CommonJS build, so the tests load that one, too.
  resolve: { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] },
  test: { name, ...test },
});

/**
 * One project per kind of test; the file's name or folder says which.
 *
 * | project | tests | needs |
 * | --- | --- | --- |
 * | unit | `*.test.ts` | Node |
 * | database | `*.db.test.ts` | a PostgreSQL |
 * | browser | `e2e/browser` | the built product and a browser |
 * | process | `*.process.test.ts`, `e2e/consistency`, `e2e/security` | the built product as processes that are stopped, killed and attacked |
 * | system | `*.system.test.ts`, `e2e/system` | programs of the operating system, earlier releases, every screen in all schemes and widths |
 *
 * `pnpm test` runs the first four, `pnpm test:system` the last.
 */
export default defineConfig({
  test: {
    // These tests wait for processes and databases a third of the time: on 2 cores, `pnpm test` takes 7 min 40 s with 3
    // workers and 8 min 35 s with 2.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    projects: [
      project("unit", {
        include: ["{api,drizzle,dashboard,reveal}/**/*.test.ts"],
        exclude: ["**/node_modules/**", "**/dist/**", DATABASE_TESTS, ...PROCESS_TESTS, ...SYSTEM_TESTS],
        isolate: false,
      }),
      project("database", {
        include: [DATABASE_TESTS],
        globalSetup: DATABASE_SETUP,
        // Loading the API's modules for each file took 4 to 5 s of CPU per file. Suites share no module state.
        isolate: false,
        ...DATABASE_LIMITS,
      }),
      project("browser", {
        include: ["e2e/browser/**/*.test.ts"],
        globalSetup: [DATABASE_SETUP, BROWSER_SETUP, "./e2e/support/shared-api.ts"],
        isolate: false,
        ...PROCESS_LIMITS,
      }),
      project("process", {
        include: PROCESS_TESTS,
        globalSetup: [DATABASE_SETUP, BROWSER_SETUP],
        ...PROCESS_LIMITS,
      }),
      project("system", {
        include: SYSTEM_TESTS,
        globalSetup: [DATABASE_SETUP, BROWSER_SETUP, "./e2e/support/shared-api.ts"],
        ...PROCESS_LIMITS,
      }),
    ],
  },
});
