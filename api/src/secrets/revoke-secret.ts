import type { Actor } from "../accounts/member.ts";
import type { Database } from "../db.ts";
import { notFound } from "../errors.ts";
import { isId } from "../page.ts";
import type { TtlSecret } from "./secret.ts";
import { findSecret, revoke } from "./secret-store.ts";

/**
 * Takes a pending secret back and returns it as it is then. One that has already ended keeps its status, so the
 * caller sees whether the revoke came in time.
 *
 * @throws AppError `NOT_FOUND` when the member's vault has no such secret.
 */
export async function revokeSecret(
  { db }: { db: Database },
  { member, sourceIp, secretId }: Actor & { secretId: string },
): Promise<TtlSecret> {
  const { vaultId, email } = member;
  const find = async () => (isId(secretId) ? findSecret(db.orm, { secretId, vaultId }) : undefined);
  if (!(await find())) throw notFound("TTL secret");
  await revoke(db, { secretId, actor: email, sourceIp });
  const secret = await find();
  if (!secret) throw notFound("TTL secret");
  return secret;
}
