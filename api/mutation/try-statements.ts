import { resolve } from "node:path";
import { createVitest } from "vitest/node";
import type { Score } from "./score.ts";
import { STATEMENTS, type WrongStatement } from "./statements.ts";

/** Matches a piece of source however it is wrapped and indented. */
const ignoringWhiteSpace = (piece: string): RegExp =>
  new RegExp(piece.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&").replace(/\s+/g, "\\s+"));

/**
 * Runs the test of each mutant of `STATEMENTS`. The statement is changed when its module is loaded; no file is written.
 * Returns the score.
 */
export async function tryStatements(print: (line: string) => void): Promise<Score> {
  let mutant: WrongStatement | undefined;
  let isApplied = false;
  const mutate = {
    name: "mutate-statements",
    enforce: "pre" as const,
    transform(code: string, id: string) {
      if (!mutant || !id.endsWith(`/api/src/${mutant.file}`)) return undefined;
      const [before, after, ...more] = code.split(ignoringWhiteSpace(mutant.from));
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
  const score: Score = { name: "SQL (statements.ts)", killed: 0, explained: 0, survived: 0 };
  try {
    for (const wrong of STATEMENTS) {
      mutant = wrong;
      isApplied = false;
      vitest.invalidateFile(resolve(import.meta.dirname, "../src", wrong.file));
      vitest.state.filesMap.clear();
      vitest.setGlobalTestNamePattern(wrong.test);
      const specifications = await vitest.globTestSpecifications([`src/${wrong.in}.`]);
      const { testModules } = await vitest.runTestSpecifications(specifications);
      if (!isApplied) throw new Error(`not loaded by ${wrong.in}.test.ts: ${wrong.file}`);
      const tests = testModules.flatMap(({ children }) => [...children.allTests()]);
      const isNoticed = tests.some((test) => test.result().state === "failed");
      score[isNoticed ? "killed" : "survived"]++;
      if (!isNoticed) print(`Survived: ${wrong.file}  ${wrong.breaks}`);
    }
  } finally {
    await vitest.close();
  }
  return score;
}
