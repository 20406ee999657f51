import { randomUUID } from "node:crypto";
import { seal } from "../../api/src/crypto/aead.ts";
import type { Argon2Parameters } from "../../api/src/crypto/argon2.ts";
import type { KeyRing } from "../../api/src/crypto/key-ring.ts";
import {
  newPassphrase,
  newSalt,
  type PassphraseKeys,
  passphraseKeys,
} from "../../api/src/crypto/passphrase.ts";
import { hashToken, newToken } from "../../api/src/crypto/token.ts";
import type { Database } from "../../api/src/db/client.ts";
import { parseKeys } from "../../api/src/key-ring/key-format.ts";
import { insertSecret } from "../../api/src/secrets/secret-store.ts";
import type { Created, Sender } from "../../api/test/factories.ts";

/** The cheapest parameters that Argon2 accepts, for tests of the database rather than the hash. */
const CHEAP_ARGON2: Argon2Parameters = { memoryKib: 64, timeCost: 1, parallelism: 1 };

/** Default TTL of a stored secret, in ms. */
const TEN_MINUTES_MS = 600_000;

/** A pending secret as the API creates them, with its passphrase and value. */
export type PendingSecret = Pick<Created, "id" | "vaultId" | "token" | "passphrase"> & { value: string };

/** A passphrase with its keys. Hashing is slow, so many secrets can share one. */
interface HashedPassphrase extends PassphraseKeys {
  passphrase: string;
  salt: Buffer;
  argon2: Argon2Parameters;
}

/** Generates and hashes a passphrase. */
export async function hashedPassphrase(argon2 = CHEAP_ARGON2): Promise<HashedPassphrase> {
  const [passphrase, salt] = [newPassphrase(), newSalt()];
  return { passphrase, salt, argon2, ...(await passphraseKeys(passphrase, salt, argon2)) };
}

/** The key ring of a process with these variables. */
export function keyRingOf({ ENCRYPTION_KEYS }: { ENCRYPTION_KEYS: string }): KeyRing {
  const { keys } = parseKeys(ENCRYPTION_KEYS);
  const activeKid = keys[0]?.kid;
  if (!activeKid) throw new Error("no keys");
  return { activeKid, keys: new Map(keys.map(({ kid, key }) => [kid, key])) };
}

/**
 * Stores a pending secret by the API's own seal and insert, with a cheap hash unless `hashed` is given. Its TTL can end
 * within a second; its creation then lies in the past, ten minutes before the end.
 */
export async function storePending(
  db: Database,
  keyRing: KeyRing,
  { vaultId, projectId, email }: Pick<Sender, "vaultId" | "projectId" | "email">,
  { endsInMs = TEN_MINUTES_MS, hashed }: { endsInMs?: number; hashed?: HashedPassphrase } = {},
): Promise<PendingSecret> {
  const { passphrase, salt, argon2, verifier, wrap } = hashed ?? (await hashedPassphrase());
  const id = randomUUID();
  const token = newToken();
  const value = `value of ${id}`;
  const name = "stored";
  const [clock] = await db.sql<[{ ms: number }]>`
    SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms`;
  const expiresAt = new Date(clock.ms + endsInMs);
  const createdAt = new Date(expiresAt.getTime() - TEN_MINUTES_MS);
  const place = { secretId: id, projectId, vaultId, expiresAtMs: expiresAt.getTime() };
  // Sealing wipes its key argument.
  const sealed = seal(value, Buffer.from(wrap), keyRing, place);
  const stored = {
    secret: { id, projectId, name, createdAt, expiresAt, createdBy: email },
    sealed,
    tokenHash: hashToken(token),
    verifier,
    salt,
    argon2,
  };
  await insertSecret(db.orm, stored, { vaultId, actor: email, sourceIp: "127.0.0.1" });
  return { id, vaultId, token, passphrase, value };
}
