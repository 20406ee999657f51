import { isVaultId } from "../accounts/member-store.ts";
import { open, UnreadableError } from "../crypto/aead.ts";
import { type Hash, type HashingPool, isAffordable } from "../crypto/argon2.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import { isPassphraseLength, passphraseKeys, verifiersMatch } from "../crypto/passphrase.ts";
import { hashToken, isToken } from "../crypto/token.ts";
import { type Database, gaveUpWaiting, isRolledBack } from "../db/client.ts";
import { reloadIfChanged } from "../key-ring/reload-if-changed.ts";
import type { Logger } from "../logging/log.ts";
import { AppError, badInput } from "../shared/errors.ts";
import { step } from "../tracing/tracing.ts";
import { type Claim, claim as claimPayload, settle } from "./attempt-store.ts";
import type { RollbackGuard } from "./rollback-guard.ts";
import type { Watermark } from "./rollback-guard-store.ts";
import type { DestroyedReason } from "./secret.ts";

/** Anything but white space and invisible format characters (Cf), such as zero-width spaces. */
const VISIBLE = /[^\s\p{Cf}]/u;

/** Outcome of one attempt. `not-available` is the one answer for a secret that can't be opened, whatever the reason. */
export type RevealOutcome =
  | { kind: "revealed"; value: string }
  | { kind: "destroyed"; reason: DestroyedReason }
  | { kind: "not-available" };

interface RevealDeps {
  db: Database;
  hashingPool: HashingPool;
  keyRing: KeyRing;
  rollbackGuard: RollbackGuard;
  log: Logger;
}

/**
 * One attempt at a secret, which destroys it whether or not the passphrase is right. The order is what makes it
 * one-shot: a slot for its hash, the claim (committed destruction), verify, decrypt, the final status with its audit
 * event, and only after that commit the value. Any doubt means no value.
 *
 * @throws AppError `BAD_USER_INPUT` for a blank passphrase or one of over 1,024 characters, `OVERLOADED` when the
 *   key is missing on this server, or the database may forget the claim; Argon2BusyError when too many attempts wait:
 *   nothing was consumed then. The driver's
 *   error when the claim fails: the secret may have been consumed; and when the settlement of a viewed secret may have
 *   been stored: the secret is consumed, and its value was not shown.
 */
export async function revealSecret(
  deps: RevealDeps,
  input: { vaultId: string; token: string; passphrase: string; sourceIp: string },
): Promise<RevealOutcome> {
  const { db, hashingPool, keyRing, rollbackGuard, log } = deps;
  const { vaultId, token, passphrase, sourceIp } = input;
  if (!isPassphraseLength(passphrase)) {
    throw badInput("passphrase", "That is too long for a passphrase: it is six words.");
  }
  if (!VISIBLE.test(passphrase)) throw badInput("passphrase", "Enter the passphrase: six words.");
  if (!isVaultId(vaultId) || !isToken(token)) return { kind: "not-available" };

  return hashingPool.withSlot(async (hash) => {
    let ring = snapshot(keyRing);
    const attempt = () => {
      const kids = [...ring.keys.keys()];
      const seen = rollbackGuard.seen;
      return step("claim", () =>
        claimPayload(db, { tokenHash: hashToken(token), vaultId, kids, sourceIp, seen }),
      );
    };
    let result = await attempt();
    if (result.kind === "rewound") {
      await rollbackGuard.check();
      result = await attempt();
    }
    if (result.kind === "key-missing" && (await reloadIfChanged(deps))) {
      ring = snapshot(keyRing);
      result = await attempt();
    }
    if (result.kind === "not-available") return { kind: "not-available" };
    if (result.kind !== "claimed") {
      log.error({ reason: result.kind }, "a pending secret can't be opened here now; it was not consumed");
      throw new AppError("OVERLOADED", "The server can't open this secret at the moment. Try again later.");
    }
    return finish({ ...deps, keyRing: ring, hash }, result.claim, passphrase);
  });
}

/** Snapshot of the key ring, so that rotation during an attempt does not affect it. */
const snapshot = ({ activeKid, keys }: KeyRing): KeyRing => ({ activeKid, keys });

/** Outcome to store. The value is released only after the commit. */
type Verdict =
  | { status: "viewed"; reason: null; value: string }
  | { status: "destroyed"; reason: DestroyedReason };

/** The outcome that the claim has already stored. */
const INTERRUPTED = { status: "destroyed", reason: "interrupted" } as const;

/**
 * Milliseconds for which a settlement is repeated while another session holds the lock of its secret or of the audit chain.
 * The secret is gone by then, so giving up would lose a value whose passphrase was right. Proxies and the recipient's page
 * wait for a minute.
 */
const SETTLE_MS = 30_000;

/** Of an attempt that has claimed its secret: the ring is a snapshot, and `hash` runs in its slot. */
type AttemptDeps = RevealDeps & { hash: Hash };

async function finish(deps: AttemptDeps, claim: Claim, passphrase: string): Promise<RevealOutcome> {
  const { db, rollbackGuard, log } = deps;
  const { secretId } = claim;
  const store = ({ status, reason }: Verdict) =>
    step("settle", () =>
      settle(db, { secretId, status, reason }, (mark: Watermark) => rollbackGuard.observe(mark)),
    );
  const storePatiently = async (final: Verdict): Promise<boolean> => {
    for (const startedAt = performance.now(); ; ) {
      try {
        return await store(final);
      } catch (err) {
        if (!gaveUpWaiting(err) || performance.now() - startedAt >= SETTLE_MS) throw err;
        log.warn({ err, secretId }, "the settlement of an attempt waits for a lock");
      }
    }
  };
  let verdict: Verdict = INTERRUPTED;
  try {
    verdict = await judge(deps, claim, passphrase);
    return outcomeOf((await storePatiently(verdict)) ? verdict : INTERRUPTED);
  } catch (err) {
    log.error({ err, secretId }, "an attempt could not be finished");
    const isClosed = await store(INTERRUPTED).catch(() => false);
    // It may be stored as viewed, with only the answer lost: then the client must not hear that it was destroyed.
    if (verdict.status === "viewed" && !isClosed && !isRolledBack(err)) throw err;
    return outcomeOf(INTERRUPTED);
  }
}

/** Verifies and decrypts, outside any transaction. */
async function judge(
  { keyRing, log, hash }: AttemptDeps,
  claim: Claim,
  passphrase: string,
): Promise<Verdict> {
  const { secretId, sealed, verifier, salt, argon2 } = claim;
  if (!isAffordable(argon2)) {
    log.fatal({ secretId }, "a stored secret was altered: its Argon2 parameters are out of range");
    return { status: "destroyed", reason: "unreadable" };
  }
  const keys = await step("derive", () => hash(() => passphraseKeys(passphrase, salt, argon2)));
  if (!verifiersMatch(keys.verifier, verifier)) return { status: "destroyed", reason: "wrong_passphrase" };
  try {
    const value = step("open", () => open(sealed, keys.wrap, keyRing, claim));
    return { status: "viewed", reason: null, value };
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    log.fatal({ secretId }, "a stored secret was altered: the right passphrase does not open it");
    return { status: "destroyed", reason: "unreadable" };
  }
}

function outcomeOf(verdict: Verdict): RevealOutcome {
  return verdict.status === "viewed"
    ? { kind: "revealed", value: verdict.value }
    : { kind: "destroyed", reason: verdict.reason };
}
