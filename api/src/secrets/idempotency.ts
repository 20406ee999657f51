/**
 * What makes a retried create safe. A link and a passphrase are stored nowhere, so the answer to a lost request can't
 * be given again; what can be made sure of is that of all attempts with one idempotency key at most one leaves a
 * pending secret, the last one to arrive, and that its answer is the one that counts:
 *
 * - Each attempt takes a number when it arrives (`beginIdempotentCreate`), and may store its secret only while that number is the
 *   last (`supersedeEarlier`, in the transaction that stores it). So of parallel attempts one wins and the others are refused,
 *   and a slow first attempt that comes to its end after its own retry stores nothing.
 * - If an attempt before had stored a secret that is still pending, its answer was lost: the same transaction revokes
 *   it. If it has ended, the retry is refused: somebody had its link, or it was taken back, or it is too late.
 * - A retry must ask for the same thing; a key used for something else would silently take a good secret back. Values
 *   are not compared, because nothing may be stored that would confirm a guess at one: the retry's own counts.
 */
import { createHash } from "node:crypto";
import { type Principal, principalId } from "../accounts/principal.ts";
import type { Database, Queryable } from "../db/client.ts";
import { AppError, badInput } from "../shared/errors.ts";
import { lockIdempotencyClaim, takeIdempotencyNumber } from "./idempotency-store.ts";
import type { SecretContent } from "./secret.ts";
import { revokeInTransaction } from "./secret-store.ts";

/** Long enough for a UUID or a hash, short enough for a header. */
const KEY = /^[\x21-\x7e]{16,128}$/;

const FIELD = "idempotencyKey";

/** One attempt at a create: which one of its idempotency key's. */
export interface IdempotencyClaim {
  digest: Buffer;
  attempt: number;
}

/**
 * Takes a number for this attempt.
 *
 * @throws AppError `BAD_USER_INPUT` on `idempotencyKey` when it is not 16 to 128 visible ASCII characters, or stood
 *   for another create before.
 */
export async function beginIdempotentCreate(
  db: Database,
  input: {
    principal: Principal;
    projectId: string;
    idempotencyKey: string;
    name: string;
    ttlSeconds: number;
    content: SecretContent;
  },
): Promise<IdempotencyClaim> {
  const { principal, projectId, idempotencyKey, name, ttlSeconds, content } = input;
  if (!KEY.test(idempotencyKey)) {
    throw badInput(FIELD, "Use 16 to 128 visible ASCII characters, such as a random UUID.");
  }
  const digest = digestOf(principalId(principal), projectId, idempotencyKey);
  const how = "generate" in content ? [content.generate.charset, content.generate.length] : ["given"];
  const inputDigest = digestOf(name, ttlSeconds, ...how);
  const attempt = await takeIdempotencyNumber(db.orm, { digest, inputDigest });
  if (attempt === undefined) {
    throw badInput(FIELD, "This idempotency key was used for another TTL secret. Use a new one for each.");
  }
  return { digest, attempt };
}

/**
 * Lets the attempt go on to store its secret in the same transaction, and takes back what an attempt before it made.
 * Later attempts wait until the transaction ends.
 *
 * @returns the id of the secret that was revoked; null when there was none.
 * @throws AppError `BAD_USER_INPUT` on `idempotencyKey` when a later attempt has come in, or, with `ttlSecretId`, when
 *   the secret of an attempt before has already ended.
 */
export async function supersedeEarlier(
  tx: Queryable,
  { digest, attempt }: IdempotencyClaim,
  revocation: { vaultId: string; projectId: string; actor: string; sourceIp: string },
): Promise<string | null> {
  const stored = await lockIdempotencyClaim(tx, digest);
  if (stored?.attempt !== attempt) {
    throw badInput(FIELD, "A later request with this idempotency key came in; its answer counts.");
  }
  const { secretId } = stored;
  if (secretId && !(await revokeInTransaction(tx, { secretId, ...revocation }))) {
    const message =
      "The TTL secret of an earlier request with this idempotency key has already ended, so somebody got its link or it was taken back. Use a new key for a new one.";
    throw new AppError("BAD_USER_INPUT", message, { field: FIELD, ttlSecretId: secretId });
  }
  return secretId;
}

const digestOf = (...parts: unknown[]) => createHash("sha256").update(JSON.stringify(parts)).digest();
