/** The operator's command line, `pnpm admin --help`. Configured by the server's environment variables, or a file of them. */
import { Command, CommanderError } from "commander";
import { AccountError } from "../accounts/manage-accounts.ts";
import { ConfigError, parseConfig } from "../config.ts";
import { StartError, startFailure } from "../process/start-error.ts";
import { createAccount, disable, enable, resetPassword } from "./accounts.ts";
import { backupAdvice } from "./backup-advice.ts";
import { destroyPending } from "./destroy-pending.ts";
import { doctor } from "./doctor/doctor.ts";
import { type Installation, openInstallation, requireMigrated } from "./installation.ts";
import { listVaults } from "./list-vaults.ts";
import { CommandError, type Result } from "./result.ts";
import { rotateKey } from "./rotate-key.ts";
import { readSettings } from "./settings-file.ts";
import { sweepNow } from "./sweep-now.ts";
import { verifyAudit } from "./verify-audit.ts";

/** Done; problems found, or not done; wrong usage. */
const EXIT = { ok: 0, problems: 1, usage: 2 };

const PASSWORD = "read the password from standard input instead of generating one";

const note = (line: string) => process.stderr.write(`${line}\n`);

// `pnpm admin … | head` closes the pipe, because it has seen enough. Other errors, such as a full disk, lose the result.
process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
  if (code === "EPIPE") return;
  note(`The output can't be written (${code}).`);
  process.exitCode = EXIT.problems;
});
process.stderr.on("error", () => {});

const program = new Command("pnpm admin")
  .description("Manages the installation of TTL Secrets that the environment variables describe.")
  .option("--json", "print the result as JSON")
  .option(
    "--settings <file>",
    "read the settings from this file, as systemd's EnvironmentFile=, instead of the environment",
  )
  .configureHelp({ showGlobalOptions: true })
  .addHelpText(
    "after",
    "\nExit codes: 0 done, 1 problems found or not done, 2 wrong usage. DATA_DIR locates the embedded database, whether or not the server is running.",
  )
  .exitOverride()
  .showHelpAfterError("(see --help)");

/** Reads the configuration that the server has. */
async function readConfig() {
  const { settings } = program.opts();
  return parseConfig(settings === undefined ? process.env : await readSettings(settings));
}

/** Adds a command that works on the installation's database. */
function command(
  name: string,
  description: string,
  run: (on: Installation, options: Options) => Promise<Result>,
) {
  return program
    .command(name)
    .description(description)
    .action(async (options: Options) => {
      const installation = await openInstallation(await readConfig(), note);
      try {
        await requireMigrated(installation);
        print(await run(installation, options));
      } finally {
        await installation.close();
      }
    });
}

// biome-ignore lint/suspicious/noExplicitAny: each command declares its options, and commander checks them
type Options = any;

const stdinOf = ({ passwordStdin }: Options) => (passwordStdin ? process.stdin : undefined);

command("verify-audit", "find audit events that were edited, removed, inserted or moved", verifyAudit)
  .option("--vault <id>", "only this vault")
  .option("--anchors <file>", "also compare with what verify-audit --json printed earlier");
command("rotate-key", "add a new encryption key and drop those that are no longer needed", rotateKey);
command("destroy-pending", "destroy pending secrets, after a restore or failover", destroyPending).option(
  "--strays",
  "only those stored before it; the server also does this",
);
command("sweep-now", "remove expired secrets now", sweepNow);
command("create-account", "create an account; prints its password unless it is given", (on, options) =>
  createAccount(on, { ...options, stdin: stdinOf(options) }),
)
  .requiredOption("--email <address>", "address to sign in with")
  .requiredOption("--name <name>", "name that colleagues see")
  .option("--password-stdin", PASSWORD);
command("reset-password", "set a new password and end all sessions of an account", (on, options) =>
  resetPassword(on, { ...options, stdin: stdinOf(options) }),
)
  .requiredOption("--email <address>", "the account")
  .option("--password-stdin", PASSWORD);
command(
  "disable-account",
  "end an account's sessions, streams and API keys, and prevent it from signing in",
  disable,
).requiredOption("--email <address>", "the account");
command("enable-account", "let a disabled account sign in again", enable).requiredOption(
  "--email <address>",
  "the account",
);
command("list-vaults", "list vaults with their members and counts", listVaults);
program
  .command("backup-advice")
  .description("print what to back up, where it is, how to keep it, and how to restore it")
  .action(async () => print(await backupAdvice(await readConfig())));
program
  .command("doctor")
  .description("check configuration, database, clocks, keys and sweeps, and advise what to do")
  .action(async () => print(await doctor(readConfig, note)));

function print({ lines, json, hasProblems }: Result): void {
  const { json: wantsJson } = program.opts();
  process.stdout.write(`${wantsJson ? JSON.stringify(json, null, 2) : lines.join("\n")}\n`);
  process.exitCode = hasProblems ? EXIT.problems : EXIT.ok;
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed the mistake, or the help.
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  } else {
    const isPrintable = [AccountError, CommandError, ConfigError, StartError].some(
      (kind) => error instanceof kind,
    );
    // The message of any other error may quote a secret.
    note(
      isPrintable && error instanceof Error
        ? error.message
        : startFailure(error).replace("could not start", "failed"),
    );
    process.exitCode = error instanceof ConfigError ? EXIT.usage : EXIT.problems;
  }
}
