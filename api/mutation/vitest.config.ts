import { statSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The first failing test kills a mutant, so the longest files run last. */
class ShortestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const size = ({ moduleId }: TestSpecification) => statSync(moduleId).size;
    return files.toSorted((a, b) => size(a) - size(b));
  }
}

/** The API's tests in one project, as the mutation runner requires. `MUTATION_TESTS` selects the files. */
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
