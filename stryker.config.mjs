export default {
  packageManager: "pnpm",
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "vitest.mutation.config.ts", related: false },
  mutate: ["api/src/crypto/**/*.ts", "!api/src/**/*.test.ts"],
  coverageAnalysis: "perTest",
  concurrency: 1,
  tempDirName: ".stryker",
  reporters: ["clear-text", "json"],
  jsonReporter: { fileName: ".stryker/report.json" },
  clearTextReporter: { allowColor: false, logTests: false },
  timeoutMS: 60000,
};
