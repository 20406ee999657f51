import type { Config } from "../../config.ts";
import { keysIn, readKeyFile } from "../../key-ring/key-file.ts";
import type { ServerKey } from "../../key-ring/key-format.ts";
import { keyUse } from "../../key-ring/keys-in-use-store.ts";
import { StartError } from "../../process/start-error.ts";
import { advice, type Check, type Finding, ok, problem } from "./finding.ts";

/** Age in days from which a key without automatic rotation should be replaced. */
const OLD_KEY_DAYS = 30;

type Key = Pick<ServerKey, "kid" | "addedAt">;

/** Checks that the keys can be read, that every pending secret has its key, and the age of the active one. */
export const checkKeys: Check = async ({ db, config, keyFile }) => {
  const check = "encryption keys";
  let keys: readonly Key[];
  try {
    const file = keyFile === undefined ? undefined : await readKeyFile(keyFile);
    if (keyFile !== undefined && !file) {
      return [
        problem(check, `${keyFile} does not exist.`, "Restore it, or create one: pnpm admin rotate-key"),
      ];
    }
    keys = file
      ? keysIn(file)
      : [...(config.keyRing?.keys.keys() ?? [])].map((kid) => ({ kid, addedAt: undefined }));
    file?.bytes.fill(0);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return [
      problem(check, error.message, "Fix this first: until then no secret can be created or revealed."),
    ];
  }
  const { now, kidsInUse } = await keyUse(db);
  const missing = [...kidsInUse].filter((kid) => !keys.some((key) => key.kid === kid));
  return [
    keyAge(keys[0], now, config, keyFile),
    missing.length > 0
      ? problem(
          check,
          `Keys of pending secrets are missing: ${missing.join(", ")}. These secrets can't be opened.`,
          "Put these keys back, or let the secrets expire. Attempts do not consume them meanwhile.",
        )
      : ok(check, "Every pending secret's key is present."),
  ];
};

function keyAge(
  active: Key | undefined,
  now: Date,
  { keyRotation }: Config,
  keyFile: string | undefined,
): Finding {
  const check = "key age";
  const todo = keyFile ? "Run: pnpm admin rotate-key" : "Keep the keys in a file: ENCRYPTION_KEYS_FILE";
  if (!active?.addedAt) {
    return advice(check, `The age of the active key (${active?.kid ?? "none"}) is unknown.`, todo);
  }
  const hours = (now.getTime() - active.addedAt.getTime()) / 3_600_000;
  const text = `The active key (${active.kid}) is ${hours.toFixed(1)} hours old.`;
  if (keyRotation === "daily" && hours > 48) {
    return problem(
      check,
      `${text} KEY_ROTATION is daily, but no server rotates the keys.`,
      "Start the server, or read its log.",
    );
  }
  return keyRotation === "manual" && hours > OLD_KEY_DAYS * 24 ? advice(check, text, todo) : ok(check, text);
}
