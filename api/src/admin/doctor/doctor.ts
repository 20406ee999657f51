import { isMigrated } from "@ttl-secrets/drizzle/migrate";
import type { Config } from "../../config.ts";
import { openInstallation } from "../installation.ts";
import { CommandError, type Result } from "../result.ts";
import { checkCertificates } from "./certificate-checks.ts";
import { checkDatabase, checkPooler } from "./database-checks.ts";
import { advice, type Check, type Finding, ok, problem } from "./finding.ts";
import { checkKeys } from "./key-checks.ts";
import { checkSecrets } from "./secret-checks.ts";
import { checkSelfTest } from "./self-test-check.ts";
import { checkSettings } from "./settings-checks.ts";

/** Checks of the configuration. They need no database. */
const CONFIG_CHECKS: Check<Config>[] = [checkSettings, checkCertificates];

/** Checks that read the tables of this release. */
const TABLE_CHECKS: Check[] = [checkPooler, checkKeys, checkSecrets, checkSelfTest];

const MARKS = { ok: "ok     ", advice: "advice ", problem: "PROBLEM" };

/**
 * Checks everything that an operator has to set up, and says what to do about each finding. Changes nothing.
 *
 * @param readConfig throws a ConfigError with every problem.
 */
export async function doctor(
  readConfig: () => Config | Promise<Config>,
  onProgress: (line: string) => void,
): Promise<Result> {
  const findings: Finding[] = [];
  try {
    const config = await readConfig();
    findings.push(ok("configuration", "All settings are valid."));
    for (const check of CONFIG_CHECKS) findings.push(...(await check(config)));
    const installation = await openInstallation(config, onProgress);
    try {
      findings.push(...(await checkDatabase(installation)));
      if (await isMigrated(installation.db.sql)) {
        findings.push(ok("tables", "They are those of this release."));
        for (const check of TABLE_CHECKS) findings.push(...(await check(installation)));
      } else {
        const todo = "Start the server of this release once; it migrates the tables.";
        findings.push(problem("tables", "They are not those of this release.", todo));
      }
    } finally {
      await installation.close();
    }
  } catch (error) {
    const isConfig = error instanceof Error && error.name === "ConfigError";
    if (!isConfig && !(error instanceof CommandError)) throw error;
    findings.push(problem(isConfig ? "configuration" : "database", error.message, "Fix this first."));
  }
  findings.push(
    advice(
      "backup",
      "Not checked: this command can't know whether there are backups.",
      "See: pnpm admin backup-advice. After a restore or a failover run: pnpm admin destroy-pending",
    ),
  );
  const problems = findings.filter(({ level }) => level === "problem").length;
  const lines = findings.flatMap(({ check, level, text, todo }) => [
    `${MARKS[level]}  ${check}: ${text}`,
    ...(todo ? [`         → ${todo}`] : []),
  ]);
  return { lines, json: { ok: problems === 0, findings }, hasProblems: problems > 0 };
}
