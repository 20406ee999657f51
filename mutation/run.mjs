/**
 * Changes the code that a secret's safety hangs on, one small piece at a time, and runs the tests that must notice.
 * Prints what nobody noticed and the score; fails when there is anything of it that `explained.mjs` does not explain.
 *
 * `pnpm test:mutation` tries everything, `pnpm test:mutation WORD` only what has the word in it: a file, or `statements`.
 */
import { readFile } from "node:fs/promises";
import { Stryker } from "@stryker-mutator/core";
import { isExplained } from "./explained.mjs";
import { TARGETS } from "./targets.mjs";
import { tryStatements } from "./try-statements.mjs";

const REPORT = ".stryker/report.json";

const print = (line) => process.stdout.write(`${line}\n`);

const startedAt = performance.now();
const word = process.argv[2] ?? "";
const scores = [];
for (const target of TARGETS.filter(({ mutate }) => mutate.includes(word))) {
  scores.push(...(await tryTarget(target)));
}
if ("statements".includes(word)) scores.push(await tryStatements(print));

print("\n killed  explained  survived  of");
const total = { name: "in all", killed: 0, explained: 0, survived: 0 };
for (const score of scores) {
  for (const key of ["killed", "explained", "survived"]) total[key] += score[key];
}
for (const { name, killed, explained, survived } of [...scores, total]) {
  print(
    [killed, explained, survived].map((count) => String(count).padStart(7)).join("  ") +
      `  ${killed + explained + survived}  ${name}`,
  );
}
print(`\n ${Math.round((performance.now() - startedAt) / 60_000)} min`);
process.exitCode = total.survived > 0 ? 1 : 0;

/** Has Stryker try its mutants of some files. Returns the score of each file. */
async function tryTarget({ mutate, tests, ignoreStatic }) {
  process.env.MUTATION_TESTS = tests.map((test) => `src/${test}.test.ts`).join(" ");
  await new Stryker({
    packageManager: "pnpm",
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner", `${import.meta.dirname}/ignore-sql.mjs`],
    ignorers: ["sql"],
    vitest: { configFile: "mutation/vitest.config.ts", related: false },
    mutate: [`api/src/${mutate}`, "!api/src/**/*.test.ts"],
    coverageAnalysis: "perTest",
    ignoreStatic,
    concurrency: 1,
    tempDirName: ".stryker",
    reporters: ["progress-append-only", "json"],
    jsonReporter: { fileName: REPORT },
    timeoutMS: 60_000,
    dryRunTimeoutMinutes: 20,
  }).runMutationTest();
  const { files } = JSON.parse(await readFile(REPORT, "utf8"));
  return Object.entries(files).map(([name, file]) => scoreOf(name.replace("api/src/", ""), file));
}

function scoreOf(name, { source, mutants }) {
  const score = { name, killed: 0, explained: 0, survived: 0 };
  for (const { status, location, replacement } of mutants) {
    const change = `${textAt(source, location)} → ${replacement}`.replace(/\s+/g, " ");
    if (status === "Killed" || status === "Timeout") score.killed++;
    else if (status !== "Survived" && status !== "NoCoverage") continue;
    else if (isExplained(name, change)) score.explained++;
    else {
      score.survived++;
      print(`${status}: ${name}:${location.start.line}  ${change}`);
    }
  }
  return score;
}

function textAt(source, { start, end }) {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines[lines.length - 1].slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  return lines.join("\n");
}
