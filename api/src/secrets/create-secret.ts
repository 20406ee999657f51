import { randomUUID } from "node:crypto";
import { requireOwnProject } from "../accounts/ownership.ts";
import { type Principal, principalLabel, projectScope } from "../accounts/principal.ts";
import { seal } from "../crypto/aead.ts";
import { ARGON2_PARAMETERS, type HashingPool } from "../crypto/argon2.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import { newPassphrase, newSalt, passphraseKeys } from "../crypto/passphrase.ts";
import { MAX_GENERATED_LENGTH, randomSecret } from "../crypto/random-secret.ts";
import { hashToken, newToken } from "../crypto/token.ts";
import type { Database } from "../db/client.ts";
import { AppError, badInput, notFound } from "../shared/errors.ts";
import { checkName } from "../shared/name.ts";
import { step } from "../tracing/tracing.ts";
import { beginIdempotentCreate, supersedeEarlier } from "./idempotency.ts";
import { setSecret } from "./idempotency-store.ts";
import { MAX_TTL_SECONDS, type SecretContent, type TtlSecret } from "./secret.ts";
import { insertSecret, lockProject } from "./secret-store.ts";

const MIN_TTL_SECONDS = 60;
const MAX_VALUE_BYTES = 64 * 1024;

/** A new secret with the two things that open it. They, and a returned value, exist in plaintext only here. */
export interface CreatedSecret {
  secret: TtlSecret;
  link: string;
  passphrase: string;
  /** The generated value, if the creator asked for it; else null. */
  value: string | null;
  /** The pending secret of an earlier request with the same idempotency key, which this one revoked. */
  replacedSecretId: string | null;
}

/**
 * Creates a TTL secret. Its TTL starts, by the database's clock, when it is stored. With an idempotency key it
 * replaces the secret of an earlier request with that key; see `idempotency.ts`. A retry generates another value.
 *
 * @throws AppError `BAD_USER_INPUT` for a name, TTL (60 to 86,400 s), value (1 byte to 64 KiB of well-formed UTF-8
 *   without NUL) or length (1 to 1,024) out of bounds; `NOT_FOUND` when the principal may access no such project;
 *   `FORBIDDEN` for an API key that asks for the generated value; both of `idempotency.ts`. Argon2BusyError when too many
 *   hashes wait; KeyFileError when the keys can't be read. Nothing is stored then.
 */
export async function createSecret(
  deps: { db: Database; hashingPool: HashingPool; keyRing: KeyRing; revealUrl: string },
  input: {
    principal: Principal;
    sourceIp: string;
    projectId: string;
    name: string;
    ttlSeconds: number;
    content: SecretContent;
    idempotencyKey?: string | null | undefined;
  },
): Promise<CreatedSecret> {
  const { db, hashingPool, keyRing, revealUrl } = deps;
  const { principal, sourceIp, projectId, ttlSeconds, content, idempotencyKey } = input;
  const name = checkName(input.name);
  checkTtl(ttlSeconds);
  checkContent(content);
  const isReturned = "generate" in content && Boolean(content.generate.returnValue);
  // A leaked key must not be able to read a value, so no key may, not even the one it creates.
  if (isReturned && principal.kind === "api-key") {
    throw new AppError("FORBIDDEN", "No API key may read a value. Create the secret without returnValue.");
  }
  const scope = projectScope(principal);
  await requireOwnProject(db.orm, scope, projectId);
  const claim = idempotencyKey == null ? null : await beginIdempotentCreate(db, { ...input, idempotencyKey });

  const passphrase = newPassphrase();
  const salt = newSalt();
  const keys = await hashingPool.run(() => step("derive", () => passphraseKeys(passphrase, salt)));
  // Seal with the key that is active now: another replica may have rotated the keys.
  await keyRing.reload?.();
  const token = newToken();
  const value = toValue(content);
  const { vaultId } = scope;
  const createdBy = principalLabel(principal);

  const { secret, replacedSecretId } = await db.orm.transaction(async (tx) => {
    const createdAt = await lockProject(tx, { projectId, vaultId });
    if (!createdAt) throw notFound("project");
    const event = { vaultId, projectId, actor: createdBy, sourceIp };
    const replaced = claim && (await supersedeEarlier(tx, claim, event));
    const id = randomUUID();
    const expiresAt = new Date(createdAt.getTime() + ttlSeconds * 1000);
    const place = { secretId: id, projectId, vaultId, expiresAtMs: expiresAt.getTime() };
    const sealed = step("seal", () => seal(value, keys.wrap, keyRing, place));
    const stored = {
      secret: { id, projectId, name, createdAt, expiresAt, createdBy },
      sealed,
      tokenHash: hashToken(token),
      verifier: keys.verifier,
      salt,
      argon2: ARGON2_PARAMETERS,
    };
    await insertSecret(tx, stored, event);
    if (claim) await setSecret(tx, claim.digest, id);
    return { secret: { id, name, createdAt, expiresAt, createdBy }, replacedSecretId: replaced };
  });
  return {
    secret: {
      ...secret,
      status: "pending",
      destroyedReason: null,
      endedAt: null,
      changedAt: secret.createdAt,
    },
    link: `${revealUrl}/${vaultId}/${token}`,
    passphrase,
    value: isReturned ? value : null,
    replacedSecretId,
  };
}

function checkTtl(ttlSeconds: number): void {
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < MIN_TTL_SECONDS || ttlSeconds > MAX_TTL_SECONDS) {
    throw badInput("ttlSeconds", "Choose a time from 1 minute to 24 hours.");
  }
}

function checkContent(content: SecretContent): void {
  if ("generate" in content) {
    const { length, charset } = content.generate;
    if (charset === "uuid") return;
    if (!Number.isInteger(length) || length < 1 || length > MAX_GENERATED_LENGTH) {
      throw badInput("content.generate.length", "Choose a length from 1 to 1,024 characters.");
    }
    return;
  }
  const { value } = content;
  if (value === "") throw badInput("content.value", "Enter a value.");
  if (!value.isWellFormed() || value.includes("\0")) {
    throw badInput("content.value", "The value must be text: well-formed Unicode without NUL characters.");
  }
  if (Buffer.byteLength(value, "utf8") > MAX_VALUE_BYTES) {
    throw badInput("content.value", "The value is too long: at most 64 KiB (65,536 bytes) as UTF-8.");
  }
}

function toValue(content: SecretContent): string {
  return "value" in content ? content.value : randomSecret(content.generate.charset, content.generate.length);
}
