import { KEY_BYTES } from "../crypto/key-ring.ts";
import { isText, looksRandom } from "../crypto/weak-key.ts";

/** A server key as the file holds it. */
export interface ServerKey {
  kid: string;
  key: Buffer;
  /** When it was added, by the database's clock; undefined if not recorded. */
  addedAt: Date | undefined;
}

/** Advice that ends each message about a bad key. */
export const MAKE_A_KEY = "make one with: openssl rand -base64 32";

/** A kid of 1 to 32 letters, digits, `-` and `_`, the key in base64, and the time (ISO 8601, UTC) it was added, if known. */
const ENTRY =
  /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]{43}=)(?:[ \t]+(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z))?$/;

/** Comment at the top of the file. */
const HEADING = `# Encryption keys of TTL Secrets, the newest first: it seals, all of them open. Kept by the server.
# Without this file no pending secret can be opened. Keep copies of it apart from those of the database, and no longer
# than 48 hours: what was destroyed is out of reach of every backup as soon as its key is gone.
`;

/**
 * Parses keys, the active one first: `kid:base64`, separated by commas or one per line, each with the time it was added
 * if known. Lines that start with `#` are comments.
 *
 * @returns the keys, or every problem with them, worded to follow the name of the source and without any of its content.
 */
export function parseKeys(text: string): { keys: ServerKey[]; problems: string[] } {
  const keys: ServerKey[] = [];
  const problems = new Set<string>();
  const lines = text.split(/\r?\n/).filter((line) => line.trim() && !line.trimStart().startsWith("#"));
  for (const entry of lines.join(",").split(",")) {
    const [, kid, encoded, time] = ENTRY.exec(entry.trim()) ?? [];
    const addedAt = time ? new Date(time) : undefined;
    if (!kid || !encoded || Number.isNaN(addedAt?.getTime())) {
      const problem = `must be kid:base64 pairs joined by commas, each key ${KEY_BYTES} bytes; ${MAKE_A_KEY}`;
      return { keys: [], problems: [problem] };
    }
    const key = Buffer.from(encoded, "base64");
    if (!looksRandom(key) || isText(key)) problems.add(`has a key that is not random; ${MAKE_A_KEY}`);
    if (keys.some((other) => other.kid === kid)) {
      problems.add("names the same kid twice; give every key its own");
    }
    if (keys.some((other) => other.key.equals(key))) {
      problems.add("holds the same key twice under two kids; make a new one for each");
    }
    keys.push({ kid, key, addedAt });
  }
  return { keys, problems: [...problems] };
}

/** Text of the file, which `parseKeys` reads back. */
export function formatKeys(keys: readonly ServerKey[]): string {
  const lines = keys.map(({ kid, key, addedAt }) => {
    const time = addedAt ? ` ${addedAt.toISOString()}` : "";
    return `${kid}:${key.toString("base64")}${time}\n`;
  });
  return HEADING + lines.join("");
}
