import { statSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** A mutant is done with at the first test that notices it, so the files that take long come last. */
class ShortestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const size = ({ moduleId }: TestSpecification) => statSync(moduleId).size;
    return files.toSorted((a, b) => size(a) - size(b));
  }
}

/** The API's tests in one project, as the mutation runner wants them. `MUTATION_TESTS` names those that are to be run. */
export default defineConfig({
  resolve: { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] },
  test: {
    root: `${import.meta.dirname}/..`,
    globalSetup: "./test/global-setup.ts",
    include: process.env.MUTATION_TESTS?.split(" ") ?? ["src/**/*.test.ts"],
    sequence: { sequencer: ShortestFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
