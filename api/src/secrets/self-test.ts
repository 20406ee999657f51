import { randomBytes, randomUUID } from "node:crypto";
import type { ApiKeyPrincipal } from "../accounts/principal.ts";
import { verifyChain } from "../audit/verify-chain.ts";
import { HashingPool } from "../crypto/argon2.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import { type Database, withRollback } from "../db/client.ts";
import { durabilityAdvice, lossySettings } from "../db/durability.ts";
import { DifferingKeyError, requireKnownKeys } from "../key-ring/known-keys.ts";
import { createLogger, describeError } from "../logging/log.ts";
import { explainFailure, StartError } from "../process/start-error.ts";
import { createSecret } from "./create-secret.ts";
import { revealSecret } from "./reveal-secret.ts";
import { currentWatermark } from "./rollback-guard-store.ts";
import { findSecret } from "./secret-store.ts";
import { insertTestVault, missingTriggers } from "./self-test-store.ts";

/** Text of one to four bytes per character, with white space at both ends. */
const VALUE = " Grüße, 世界 🔑\n";

/** A step whose result is wrong. The message says what, for the operator. */
class SelfTestError extends Error {}

/**
 * Proves that this server can seal, store, claim and open a secret, before anyone entrusts one to it: creates a secret and
 * reveals it by the real use cases and statements, in a transaction that is rolled back. No row, audit event or
 * notification remains. A wrong setting could otherwise destroy a secret at the right passphrase.
 *
 * @throws StartError that says what is wrong and what to do.
 */
export async function selfTest({ db, keyRing }: { db: Database; keyRing: KeyRing }): Promise<void> {
  try {
    const missing = await missingTriggers(db);
    if (missing.length > 0) {
      throw new SelfTestError(
        `these triggers are missing or disabled: ${missing.join(", ")}. Enable them, or restore the database from a backup`,
      );
    }
    await requireKnownKeys(db, keyRing.keys);
    const lossy = await lossySettings(db);
    if (lossy.length > 0) {
      throw new SelfTestError(
        `${lossy.join(" and ")} ${lossy.length > 1 ? "are" : "is"} off, so that after a crash of the database a secret that was shown could be opened again. ${durabilityAdvice(lossy)}`,
      );
    }
    const seen = await currentWatermark(db);
    await withRollback(db, (tx) => createAndReveal(tx, keyRing, seen));
  } catch (error) {
    const reason =
      error instanceof SelfTestError || error instanceof DifferingKeyError
        ? error.message
        : (explainFailure(error) ?? `an error: ${JSON.stringify(describeError(error))}`);
    throw new StartError(
      `The self-test failed, so no secret is safe on this server: ${reason.replace(/\.$/, "")}. It does not start before that is fixed; see: pnpm admin doctor`,
    );
  }
}

async function createAndReveal(
  db: Database,
  keyRing: KeyRing,
  seen: Awaited<ReturnType<typeof currentWatermark>>,
): Promise<void> {
  const vaultId = `vault_${randomBytes(12).toString("hex")}`;
  const projectId = randomUUID();
  await insertTestVault(db.orm, { vaultId, projectId });

  const errors: unknown[] = [];
  const log = Object.assign(createLogger("silent"), {
    error: ({ err }: { err?: unknown }) => errors.push(err),
  });
  const rollbackGuard = { seen, observe: () => {}, check: async () => {} };
  const deps = { db, hashingPool: new HashingPool(), keyRing, rollbackGuard, log };
  const principal: ApiKeyPrincipal = {
    kind: "api-key",
    id: randomUUID(),
    name: "self-test",
    vaultId,
    scopes: ["ttl-secrets:create"],
    projectIds: null,
    expiresAt: new Date(),
  };
  const sourceIp = "127.0.0.1";
  const { secret, link, passphrase } = await createSecret(
    { ...deps, revealUrl: "" },
    { principal, sourceIp, projectId, name: "self-test", ttlSeconds: 60, content: { value: VALUE } },
  );
  const stored = await findSecret(db.orm, { secretId: secret.id, vaultId });
  if (stored?.status !== "pending" || stored.expiresAt.getTime() !== secret.expiresAt.getTime()) {
    throw new SelfTestError(
      "a time that was stored is read as another one. Set DateStyle = 'ISO, MDY' and TimeZone = 'UTC' where sessions are set up",
    );
  }
  const token = link.slice(link.lastIndexOf("/") + 1);
  const attempt = { vaultId, token, passphrase, sourceIp };
  const outcome = await revealSecret(deps, attempt);
  if (outcome.kind !== "revealed" || outcome.value !== VALUE) {
    const how = outcome.kind === "destroyed" ? outcome.reason : outcome.kind;
    const known = errors.map(explainFailure).find((reason) => reason !== undefined);
    throw new SelfTestError(
      known ??
        `the right passphrase did not open a secret (${how}). Bytes read back differ from those stored, or a key changed meanwhile: set bytea_output = hex where sessions are set up, and check the encryption keys`,
    );
  }
  const again = await revealSecret(deps, attempt);
  const ended = await findSecret(db.orm, { secretId: secret.id, vaultId });
  if (again.kind !== "not-available" || ended?.status !== "viewed") {
    throw new SelfTestError(
      "a revealed secret is not destroyed. Compare the tables with those of this release",
    );
  }
  const chain = await verifyChain(db, { vaultId });
  if (chain.length !== 2 || chain.problems.length > 0) {
    throw new SelfTestError("the audit log is not chained. Compare its triggers with those of this release");
  }
}
