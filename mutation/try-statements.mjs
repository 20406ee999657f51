import { resolve } from "node:path";
import { createVitest } from "vitest/node";
import { STATEMENTS } from "./statements.mjs";

/**
 * Tries each mutant of `STATEMENTS` on the test that must notice. Nothing is written to the sources: the statement is
 * changed as they are loaded. Returns the score.
 */
export async function tryStatements(print) {
  let mutant;
  let isApplied;
  const mutate = {
    name: "mutate-statements",
    enforce: "pre",
    transform(code, id) {
      if (!mutant || !id.endsWith(`/api/src/${mutant.file}`)) return undefined;
      const [before, after, ...more] = code.split(mutant.from);
      if (after === undefined || more.length > 0)
        throw new Error(`not once in ${mutant.file}: ${mutant.from}`);
      isApplied = true;
      return `${before}${mutant.to}${after}`;
    },
  };
  const vitest = await createVitest(
    "test",
    {
      config: `${import.meta.dirname}/vitest.config.ts`,
      watch: false,
      bail: 1,
      maxWorkers: 1,
      reporters: [{}],
      fsModuleCache: false,
    },
    { plugins: [mutate] },
  );
  const score = { name: "statements.mjs", killed: 0, explained: 0, survived: 0 };
  try {
    for (mutant of STATEMENTS) {
      isApplied = false;
      vitest.invalidateFile(resolve(import.meta.dirname, "../api/src", mutant.file));
      vitest.state.filesMap.clear();
      vitest.setGlobalTestNamePattern(mutant.test);
      const specifications = await vitest.globTestSpecifications([`src/${mutant.in}.test.ts`]);
      const { testModules } = await vitest.runTestSpecifications(specifications);
      if (!isApplied) throw new Error(`not loaded by ${mutant.in}.test.ts: ${mutant.file}`);
      const tests = testModules.flatMap(({ children }) => [...children.allTests()]);
      const isNoticed = tests.some((test) => test.result().state === "failed");
      score[isNoticed ? "killed" : "survived"]++;
      if (!isNoticed) print(`Survived: ${mutant.file}  ${mutant.breaks}`);
    }
  } finally {
    await vitest.close();
  }
  return score;
}
