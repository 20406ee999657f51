import { isVaultId } from "../accounts/member-store.ts";
import { open, UnreadableError } from "../crypto/aead.ts";
import type { Argon2Slots } from "../crypto/argon2.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import { passphraseKeys, verifiersMatch } from "../crypto/passphrase.ts";
import { hashToken, isToken } from "../crypto/token.ts";
import type { Database } from "../db.ts";
import { AppError, badInput } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { DatabaseWatch } from "./database-watch.ts";
import type { Mark } from "./database-watch-store.ts";
import { hasNewKeys } from "./new-keys.ts";
import type { DestroyedReason } from "./secret.ts";
import { type Claim, claim as claimPayload, settle } from "./secret-store.ts";

const MAX_PASSPHRASE_CHARACTERS = 1024;

/** Anything but white space and invisible format characters (Cf), such as zero-width spaces. */
const VISIBLE = /[^\s\p{Cf}]/u;

/** What one attempt comes to. `not-available` is one answer for all that can't be opened, whatever the reason. */
export type RevealOutcome =
  | { kind: "revealed"; value: string }
  | { kind: "destroyed"; reason: DestroyedReason }
  | { kind: "not-available" };

interface RevealDeps {
  db: Database;
  slots: Argon2Slots;
  keyRing: KeyRing;
  watch?: DatabaseWatch;
  log: Logger;
}

/**
 * One attempt at a secret, which destroys it whether or not the passphrase is right. The order is what makes it
 * one-shot: a free Argon2 slot, the claim (committed destruction), verify, decrypt, then the final status with
 * its audit event, and only after that commit the value. Any doubt on the way means no value.
 *
 * @throws AppError `BAD_USER_INPUT` for a blank passphrase or one of over 1,024 characters, `OVERLOADED` when the
 *   key is missing on this server; Argon2BusyError when too many attempts are waiting: nothing was consumed then.
 *   The driver's error when the claim itself fails: it may or may not have been consumed.
 */
export async function revealSecret(
  deps: RevealDeps,
  input: { vaultId: string; token: string; passphrase: string; sourceIp: string },
): Promise<RevealOutcome> {
  const { db, slots, keyRing, watch, log } = deps;
  const { vaultId, token, passphrase, sourceIp } = input;
  if (!VISIBLE.test(passphrase)) throw badInput("passphrase", "Enter the passphrase: six words.");
  if (passphrase.length > MAX_PASSPHRASE_CHARACTERS && [...passphrase].length > MAX_PASSPHRASE_CHARACTERS) {
    throw badInput("passphrase", "That is too long for a passphrase: it is six words.");
  }
  if (!isVaultId(vaultId) || !isToken(token)) return { kind: "not-available" };

  return slots.run(async () => {
    let ring = ringNow(keyRing);
    const attempt = () => {
      const kids = [...ring.keys.keys()];
      return claimPayload(db, { tokenHash: hashToken(token), vaultId, kids, sourceIp, seen: watch?.seen });
    };
    let result = await attempt();
    if (result.kind === "rewound") {
      await watch?.look();
      result = await attempt();
    }
    if (result.kind === "key-missing" && (await hasNewKeys(deps))) {
      ring = ringNow(keyRing);
      result = await attempt();
    }
    if (result.kind === "not-available") return { kind: "not-available" };
    if (result.kind !== "claimed") {
      log.error({ reason: result.kind }, "a pending secret can't be opened here now; it was not consumed");
      throw new AppError("OVERLOADED", "The server can't open this secret at the moment. Try again later.");
    }
    const { claim } = result;
    try {
      return await finish({ ...deps, keyRing: ring }, claim, passphrase);
    } catch (err) {
      // The claim is committed, so the row already says the truth: destroyed, interrupted.
      log.error({ err, secretId: claim.secretId }, "an attempt could not be finished");
      return { kind: "destroyed", reason: "interrupted" };
    }
  });
}

/** The ring as it is now: an attempt ends with the keys it began with, whatever is dropped meanwhile. */
const ringNow = ({ activeKid, keys }: KeyRing): KeyRing => ({ activeKid, keys });

async function finish(
  { db, keyRing, watch, log }: RevealDeps,
  claim: Claim,
  passphrase: string,
): Promise<RevealOutcome> {
  const { secretId, sealed, verifier, salt, argon2 } = claim;
  const saw = (mark: Mark) => watch?.saw(mark);
  const keys = await passphraseKeys(passphrase, salt, argon2);
  if (!verifiersMatch(keys.verifier, verifier)) {
    return destroyed(
      await settle(db, { secretId, status: "destroyed", reason: "wrong_passphrase" }, saw),
      "wrong_passphrase",
    );
  }
  let value: string;
  try {
    value = open(sealed, keys.wrap, keyRing, claim);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    log.fatal({ secretId }, "a stored secret was altered: the right passphrase does not open it");
    return destroyed(
      await settle(db, { secretId, status: "destroyed", reason: "unreadable" }, saw),
      "unreadable",
    );
  }
  const settled = await settle(db, { secretId, status: "viewed", reason: null }, saw);
  return settled ? { kind: "revealed", value } : { kind: "destroyed", reason: "interrupted" };
}

/** The reason the recipient is told; where it could not be stored, the row says `interrupted` and so do we. */
function destroyed(stored: boolean, reason: DestroyedReason): RevealOutcome {
  return { kind: "destroyed", reason: stored ? reason : "interrupted" };
}
