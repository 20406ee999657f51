/**
 * Makes a retried create safe. Link and passphrase are stored nowhere, so the answer to a lost request can't be repeated.
 * Instead, of all requests with one idempotency key at most one leaves a pending secret, the last one to arrive, and its
 * answer counts:
 *
 * - Each request takes a number when it arrives (`beginIdempotentCreate`) and may store its secret only while that number
 *   is the last (`supersedeEarlier`, in the transaction that stores it). So of parallel requests one wins and the others
 *   are refused, and a slow request that finishes after its own retry stores nothing.
 * - If an earlier request stored a secret that is still pending, its answer was lost: the same transaction revokes it. If
 *   that secret has ended, the retry is refused: its link was used, or it was revoked, or it expired.
 * - The value that the answer returned, if asked for, is stored nowhere either: a retry generates another one. Whether to return
 *   it is not part of what a retry must repeat.
 * - A retry must ask for the same thing; a key reused for another secret would silently revoke a good one. Values are not
 *   compared, because nothing may be stored that would confirm a guess at one: the retry's value counts.
 */
import { createHash } from "node:crypto";
import { type Principal, principalId } from "../accounts/principal.ts";
import type { Database, Queryable } from "../db/client.ts";
import { AppError, badInput } from "../shared/errors.ts";
import { lockIdempotencyClaim, takeRequestNumber } from "./idempotency-store.ts";
import type { SecretContent } from "./secret.ts";
import { revoke } from "./secret-store.ts";

/** 16 to 128 visible ASCII characters: enough for a UUID or a hash, short enough for a header. */
const KEY = /^[\x21-\x7e]{16,128}$/;

const FIELD = "idempotencyKey";

/** A request with an idempotency key: the key's digest and the request's number, from 1. */
export interface IdempotencyClaim {
  digest: Buffer;
  requestNumber: number;
}

/**
 * Takes a number for this request.
 *
 * @throws AppError `BAD_USER_INPUT` on `idempotencyKey` when it is not 16 to 128 visible ASCII characters, or was used
 *   for a different create.
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
  const requestNumber = await takeRequestNumber(db.orm, { digest, inputDigest });
  if (requestNumber === undefined) {
    throw badInput(FIELD, "This idempotency key was used for another TTL secret. Use a new one for each.");
  }
  return { digest, requestNumber };
}

/**
 * Revokes the secret of an earlier request, in the transaction that stores the new one. Later requests wait until the
 * transaction ends.
 *
 * @returns the id of the revoked secret; null when there was none.
 * @throws AppError `BAD_USER_INPUT` on `idempotencyKey` when a later request has arrived, or, with `ttlSecretId`, when
 *   the secret of an earlier one has already ended.
 */
export async function supersedeEarlier(
  tx: Queryable,
  { digest, requestNumber }: IdempotencyClaim,
  revocation: { actor: string; sourceIp: string },
): Promise<string | null> {
  const stored = await lockIdempotencyClaim(tx, digest);
  if (stored?.lastRequest !== requestNumber) {
    throw badInput(FIELD, "A later request with this idempotency key arrived; its answer counts.");
  }
  const { secretId } = stored;
  if (secretId && !(await revoke(tx, { secretId, ...revocation }))) {
    const message =
      "The TTL secret of an earlier request with this idempotency key has already ended: its link was used, or it was revoked, or it expired. Use a new key for a new one.";
    throw new AppError("BAD_USER_INPUT", message, { field: FIELD, ttlSecretId: secretId });
  }
  return secretId;
}

const digestOf = (...parts: unknown[]) => createHash("sha256").update(JSON.stringify(parts)).digest();
