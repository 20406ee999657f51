import { setTimeout } from "node:timers/promises";
import type { Member } from "../accounts/principal.ts";
import type { Database } from "../db/client.ts";
import { notFound } from "../shared/errors.ts";
import { isId } from "../shared/paging.ts";
import type { TtlSecret } from "./secret.ts";
import { findSecret, revoke } from "./secret-store.ts";

/** How long to wait for an attempt that came first, and how often to look. */
const SETTLE_TRIES = 50;
const SETTLE_POLL_MS = 100;

/**
 * Takes a pending secret back and returns it as it is then. One that has already ended keeps its status, so the
 * caller sees whether the revoke came in time. Where a recipient's attempt is under way it waits, up to 5 s, for what
 * comes of it.
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
  await revoke(db, { secretId, actor: email, sourceIp });
  for (let tries = 1; ; tries++) {
    const secret = await find();
    if (!secret) throw notFound("TTL secret");
    if (secret.status !== "pending" || tries === SETTLE_TRIES) return secret;
    await setTimeout(SETTLE_POLL_MS);
  }
}
