import { join } from "node:path";
import type { Config } from "../config.ts";
import { findExisting } from "../embedded-postgres/place.ts";
import { keysJsonFile } from "../key-ring/embedded-keys.ts";
import { watermarkFile } from "../secrets/watermark-file.ts";
import { keyFileOf } from "./installation.ts";
import type { Result } from "./result.ts";

/** One item to back up, or to leave out. */
interface Item {
  what: string;
  /** A path, or the variable that contains the value. */
  where: string;
  advice: string;
}

/** How to back up and restore the database of an installation. */
interface Procedure {
  backUp: string;
  restore: string;
}

const OWN_SERVER: Procedure = {
  backUp:
    'Base backups with pg_basebackup and an archive of the log, or, with the servers running and DATABASE_URL set as they have it (set -a; . FILE): pg_dump --format=custom --file=ttl-secrets.dump "$DATABASE_URL"',
  restore:
    'Recover a base backup from the archive (recovery.signal, restore_command), so that it begins a timeline of its own; or load a dump into an empty database: pg_restore --exit-on-error --no-owner --dbname="$DATABASE_URL" ttl-secrets.dump',
};

const embedded = (folder: string): Procedure => ({
  backUp: `With the server stopped, else the copy is unusable: tar --create --gzip --file=ttl-secrets.tar.gz --directory="${folder}" postgres`,
  restore: `Move the old folder away, then: tar --extract --gzip --same-owner --file=ttl-secrets.tar.gz --directory="${folder}"`,
});

/**
 * Prints what to back up of the installation with this configuration, how, and how to restore it. Needs no database,
 * as there is none before a restore. Prints where secrets are, never the secrets.
 */
export async function backupAdvice(config: Config): Promise<Result> {
  const { databaseUrl, dataDir } = config;
  const folder = databaseUrl ? undefined : ((await findExisting(dataDir)) ?? dataDir);
  const procedure = folder === undefined ? OWN_SERVER : embedded(folder);
  const items = [
    {
      what: "the database",
      where: folder === undefined ? "DATABASE_URL" : join(folder, "postgres"),
      // The command comes last, so that it can be copied to the end of the line.
      advice: `Keep it for as long as you need accounts, lists and the audit log. ${procedure.backUp}`,
    },
    ...ofKeys(config),
    {
      what: "the audit log's anchors",
      where: "the output of: pnpm admin verify-audit --json",
      advice: "With every backup, kept elsewhere: it shows later whether the log was rewritten.",
    },
  ];
  const restore = [
    "Stop every server.",
    procedure.restore,
    "Before any server starts: pnpm admin destroy-pending. Secrets that were pending in the backup may have been opened since. (For a backup of an older release, run that release's command.)",
    "pnpm admin verify-audit --anchors FILE",
    "Start the servers, then: pnpm admin doctor",
  ];
  const lines = [
    "Back up:",
    ...items.flatMap(({ what, where, advice }) => [`  ${what}: ${where}`, `    → ${advice}`]),
    "Restore:",
    ...restore.map((step, index) => `  ${index + 1}. ${step}`),
  ];
  return { lines, json: { embedded: folder !== undefined, backUp: items, restore } };
}

/** The key ring, the session secret and the watermark, which are kept apart from the database. */
function ofKeys(config: Config): Item[] {
  const { dataDir, authSecret } = config;
  const keyFile = keyFileOf(config);
  const watermark = watermarkFile(keyFile, config);
  return [
    {
      what: "the encryption keys",
      where: keyFile ?? "ENCRYPTION_KEYS",
      advice:
        "Apart from the database, never in the same backup, and no copy older than 48 hours. Only pending secrets need them, and a restore destroys those: losing the keys costs the pending secrets, and old copies are of no use but to an attacker.",
    },
    {
      what: "the session secret",
      where: authSecret ? "AUTH_SECRET" : keysJsonFile(dataDir),
      advice: "Apart from the database. Without it everyone has to sign in again; nothing else is lost.",
    },
    watermark
      ? {
          what: "the watermark of the database",
          where: watermark,
          advice:
            "Do not back it up, and leave it in place when you restore: it lets the server detect database files that were put back.",
        }
      : {
          what: "the watermark of the database",
          where: "nowhere",
          advice:
            "With keys in the environment, database files that were put back while no server ran are not detected: never skip destroy-pending, or set ENCRYPTION_KEYS_FILE.",
        },
  ];
}
