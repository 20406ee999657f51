import { keyCheckValue } from "../crypto/key-ring.ts";
import type { Database } from "../db/client.ts";
import { StartError } from "../process/start-error.ts";
import { type CheckValues, differingKids, recordCheckValues } from "./key-check-store.ts";

type Db = Pick<Database, "sql">;
type Keys = ReadonlyMap<string, Buffer>;

/** A ring has a key under the kid of another one. Secrets sealed with one of them can't be opened with the other. */
export class DifferingKeyError extends StartError {
  override name = "DifferingKeyError";
}

const checkValuesOf = (keys: Keys): CheckValues =>
  new Map([...keys].map(([kid, key]) => [kid, keyCheckValue(key)]));

/**
 * Checks that each key is the one that this database knows under its kid, whichever server used it first. A right
 * passphrase would otherwise destroy a secret. Changes nothing.
 *
 * @throws DifferingKeyError that names the kids and says what to do; the driver's error when the query fails.
 */
export async function requireKnownKeys(db: Db, keys: Keys): Promise<void> {
  await requireSame(db, checkValuesOf(keys));
}

/** As `requireKnownKeys`, and records keys under kids that the database does not know yet. Call it before a key is used. */
export async function recordKeys(db: Db, keys: Keys): Promise<void> {
  const values = checkValuesOf(keys);
  await recordCheckValues(db, values);
  await requireSame(db, values);
}

async function requireSame(db: Db, values: CheckValues): Promise<void> {
  const kids = await differingKids(db, values);
  if (kids.length === 0) return;
  throw new DifferingKeyError(
    `The encryption key ${kids.join(", ")} of this server is not the key with which this database's secrets were sealed under that kid. Put the former key back, or give the new one a kid of its own.`,
  );
}
