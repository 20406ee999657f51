import { join } from "node:path";
import type { Config } from "../config.ts";
import { findExisting } from "../embedded-postgres/place.ts";
import { generatedKeysFile } from "../key-ring/generated-keys.ts";
import { watermarkFile } from "../secrets/watermark-file.ts";
import { keyFileOf } from "./installation.ts";
import type { Result } from "./result.ts";

/** One thing to back up, or to leave out. */
interface Item {
  what: string;
  /** A path, or the variable that has it. */
  where: string;
  advice: string;
}

/** What a restore and a copy of this installation's database are made with. */
interface Ways {
  backUp: string;
  restore: string;
}

const OWN_SERVER: Ways = {
  backUp:
    'Base backups with pg_basebackup and an archive of the log, or, with the servers running and DATABASE_URL set as they have it (set -a; . FILE): pg_dump --format=custom --file=ttl-secrets.dump "$DATABASE_URL"',
  restore:
    'Recover a base backup from the archive (recovery.signal, restore_command), so that it begins a history of its own; or load a dump into an empty database: pg_restore --exit-on-error --no-owner --dbname="$DATABASE_URL" ttl-secrets.dump',
};

const embedded = (folder: string): Ways => ({
  backUp: `With the server stopped, or it is no copy: tar --create --gzip --file=ttl-secrets.tar.gz --directory="${folder}" postgres`,
  restore: `Move the old folder away, then: tar --extract --gzip --same-owner --file=ttl-secrets.tar.gz --directory="${folder}"`,
});

/**
 * What to back up of the installation with this configuration, how, and how to restore it. Needs no database: whoever
 * restores one has none yet. Says where secrets are, never what they are.
 */
export async function backupAdvice(config: Config): Promise<Result> {
  const { databaseUrl, dataDir } = config;
  const folder = databaseUrl ? undefined : ((await findExisting(dataDir)) ?? dataDir);
  const ways = folder === undefined ? OWN_SERVER : embedded(folder);
  const items = [
    {
      what: "the database",
      where: folder === undefined ? "DATABASE_URL" : join(folder, "postgres"),
      // The command comes last, so that nothing stands after it that is not part of it.
      advice: `Keep it for as long as accounts, lists and the audit log are worth to you. ${ways.backUp}`,
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
    ways.restore,
    "Before any server starts: pnpm admin destroy-pending. What was pending when the backup was made may have been opened since. (Of a backup of an older release, with that release.)",
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

/** The ring, the secret of sessions, and what was last seen of the database: all kept apart from it. */
function ofKeys(config: Config): Item[] {
  const { dataDir, authSecret } = config;
  const keyFile = keyFileOf(config);
  const lastSeen = watermarkFile(keyFile, config);
  return [
    {
      what: "the encryption keys",
      where: keyFile ?? "ENCRYPTION_KEYS",
      advice:
        "Apart from the database, never in the same backup, and no copy older than 48 hours. Only pending secrets need them, and a restore destroys those; so losing the keys alone costs what is pending, and old copies of them are a danger only.",
    },
    {
      what: "the secret of sessions",
      where: authSecret ? "AUTH_SECRET" : generatedKeysFile(dataDir),
      advice: "Apart from the database. Without it everybody has to sign in again, and that is all.",
    },
    lastSeen
      ? {
          what: "what was last seen of the database",
          where: lastSeen,
          advice:
            "Do not back it up, and leave it where it is when you restore: by it the server notices files that were put back.",
        }
      : {
          what: "what was last seen of the database",
          where: "nowhere",
          advice:
            "With keys in the environment, files that are put back while no server runs are not noticed: do not leave out destroy-pending, or set ENCRYPTION_KEYS_FILE.",
        },
  ];
}
