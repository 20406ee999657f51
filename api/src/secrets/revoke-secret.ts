import { setTimeout } from "node:timers/promises";
import type { Member } from "../accounts/principal.ts";
import type { Database } from "../db/client.ts";
import { notFound } from "../shared/errors.ts";
import { isId } from "../shared/paging.ts";
import type { TtlSecret } from "./secret.ts";
import { findSecret, revoke } from "./secret-store.ts";

/** Polls for the outcome of an attempt that came first: at most 50 × 100 ms. */
const SETTLE_TRIES = 50;
const SETTLE_POLL_MS = 100;

/**
 * Revokes a pending secret and returns its new state. A secret that has already ended keeps its status, so the caller
 * sees whether the revoke came in time. If a recipient's attempt is in progress, waits up to 5 s for its outcome.
 *
 * @throws AppError `NOT_FOUND` when the member's vault has no such secret.
 */
export async function revokeSecret(
  { db }: { db: Database },
  { member, sourceIp, secretId }: { member: Member; sourceIp: string; secretId: string },
): Promise<TtlSecret> {
  const { vaultId, email } = member;
  const find = async () => (isId(secretId) ? findSecret(db.orm, { secretId, vaultId }) : undefined);
  if (!(await find())) throw notFound("TTL secret");
  await revoke(db.orm, { secretId, actor: email, sourceIp });
  for (let tries = 1; ; tries++) {
    const secret = await find();
    if (!secret) throw notFound("TTL secret");
    if (secret.status !== "pending" || tries === SETTLE_TRIES) return secret;
    await setTimeout(SETTLE_POLL_MS);
  }
}
