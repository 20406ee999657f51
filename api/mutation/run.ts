/**
 * Mutation testing of the code that a secret's safety depends on. Prints the surviving mutants and the score. Fails when a
 * survivor is not listed in `explained.ts`.
 *
 * `pnpm test:mutation` runs everything, `pnpm test:mutation WORD` only targets that contain WORD: a path, or `statements`.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Stryker } from "@stryker-mutator/core";
import { isExplained } from "./explained.ts";
import type { Score } from "./score.ts";
import { TARGETS, type Target } from "./targets.ts";
import { tryStatements } from "./try-statements.ts";

const REPORT = ".stryker/report.json";

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const startedAt = performance.now();
const word = process.argv[2] ?? "";
const scores: Score[] = [];
for (const target of TARGETS.filter(({ mutate }) => mutate.includes(word))) {
  scores.push(...(await tryTarget(target)));
}
if ("statements".includes(word)) scores.push(await tryStatements(print));

print("\n killed  explained  survived  of");
const total: Score = { name: "in all", killed: 0, explained: 0, survived: 0 };
for (const score of scores) {
  for (const key of ["killed", "explained", "survived"] as const) total[key] += score[key];
}
for (const { name, killed, explained, survived } of [...scores, total]) {
  print(
    [killed, explained, survived].map((count) => String(count).padStart(7)).join("  ") +
      `  ${killed + explained + survived}  ${name}`,
  );
}
print(`\n ${Math.round((performance.now() - startedAt) / 60_000)} min`);
process.exitCode = total.survived > 0 ? 1 : 0;

/** Runs Stryker on a target. Returns the score of each file. */
async function tryTarget({ mutate, tests, ignoreStatic }: Target): Promise<Score[]> {
  process.env.MUTATION_TESTS = tests.map((test) => `src/${test}{,.db}.test.ts`).join(" ");
  await new Stryker({
    packageManager: "pnpm",
    testRunner: "vitest",
    plugins: [
      fileURLToPath(import.meta.resolve("@stryker-mutator/vitest-runner")),
      `${import.meta.dirname}/ignore-sql.ts`,
    ],
    ignorers: ["sql"],
    vitest: { configFile: "api/mutation/vitest.config.ts", related: false },
    mutate: [`api/src/${mutate}`, "!api/src/**/*.test.ts"],
    coverageAnalysis: "perTest",
    ignoreStatic,
    concurrency: 1,
    tempDirName: ".stryker",
    // A file that does not exist: Stryker would rewrite tsconfig.json by TypeScript's classic API, which version 7 lacks.
    tsconfigFile: "no-tsconfig.json",
    reporters: ["progress-append-only", "json"],
    jsonReporter: { fileName: REPORT },
    timeoutMS: 60_000,
    dryRunTimeoutMinutes: 20,
  }).runMutationTest();
  const { files } = JSON.parse(await readFile(REPORT, "utf8")) as { files: Record<string, ReportedFile> };
  return Object.entries(files).map(([name, file]) => scoreOf(name.replace("api/src/", ""), file));
}

/** The part of the report that is read here; lines and columns count from 1. */
interface ReportedFile {
  source: string;
  mutants: { status: string; location: Place; replacement: string }[];
}

interface Place {
  start: { line: number; column: number };
  end: { line: number; column: number };
}

function scoreOf(name: string, { source, mutants }: ReportedFile): Score {
  const score: Score = { name, killed: 0, explained: 0, survived: 0 };
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

function textAt(source: string, { start, end }: Place): string {
  const lines = source.split("\n");
  const offset = ({ line, column }: Place["start"]) =>
    lines.slice(0, line - 1).join("\n").length + column - (line > 1 ? 0 : 1);
  return source.slice(offset(start), offset(end));
}
