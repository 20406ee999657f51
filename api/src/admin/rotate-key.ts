import { rotateKeys } from "../key-ring/rotate-keys.ts";
import type { Installation } from "./installation.ts";
import { CommandError, type Result } from "./result.ts";

/**
 * Adds a new active encryption key and drops those that no secret can need any more. Running servers reload the file.
 *
 * @throws CommandError if the keys come from the environment; KeyFileError if the file can't be used.
 */
export async function rotateKey({ db, keyFile }: Pick<Installation, "db" | "keyFile">): Promise<Result> {
  if (keyFile === undefined) {
    throw new CommandError(
      "A command can't change ENCRYPTION_KEYS. Put the keys in a file (mode 0600), set ENCRYPTION_KEYS_FILE to it instead, and run this again; or put a new key first in ENCRYPTION_KEYS and restart all servers.",
    );
  }
  const rotation = await rotateKeys({ db, path: keyFile }, { force: true });
  const { active, added, dropped, kept, missing } = rotation;
  const lines = [
    `New secrets are sealed with key ${active}${added.length > 0 ? ", which is new" : ""}.`,
    `Kept for pending secrets, or for a day: ${kept.join(", ") || "none"}.`,
    `Dropped: ${dropped.join(", ") || "none"}.`,
    ...(missing.length > 0
      ? [
          `Missing: ${missing.join(", ")}. Pending secrets sealed with these can't be opened until the keys are back in ${keyFile}.`,
        ]
      : []),
  ];
  return { lines, json: rotation, hasProblems: missing.length > 0 };
}
