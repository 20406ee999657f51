/** The SQL of idempotency keys. Their table, `create_attempts`, predates the term; an attempt elsewhere is a recipient's. */
import { createAttempts } from "@ttl-secrets/drizzle/schema";
import { eq, lte, sql } from "drizzle-orm";
import type { Database, Queryable } from "../db/client.ts";

/** An hour longer than the longest TTL, so that no secret outlives its key. */
const KEPT_HOURS = 25;

/**
 * Counts another request for the create with this digest, in autocommit.
 *
 * @returns the request's number, from 1; undefined when an earlier request had a different input.
 */
export async function takeRequestNumber(
  db: Queryable,
  { digest, inputDigest }: { digest: Buffer; inputDigest: Buffer },
): Promise<number | undefined> {
  const { attempt } = createAttempts;
  const [row] = await db
    .insert(createAttempts)
    .values({ digest, inputDigest, attempt: 1 })
    .onConflictDoUpdate({
      target: createAttempts.digest,
      set: { attempt: sql`${attempt} + 1`, lastAttemptAt: sql`now()` },
      setWhere: eq(createAttempts.inputDigest, inputDigest),
    })
    .returning({ requestNumber: attempt });
  return row?.requestNumber;
}

/** The number of the last request and the secret of an earlier one, locked until the transaction ends. */
export async function lockIdempotencyClaim(
  tx: Queryable,
  digest: Buffer,
): Promise<{ lastRequest: number; secretId: string | null } | undefined> {
  const { attempt, secretId } = createAttempts;
  const [row] = await tx
    .select({ lastRequest: attempt, secretId })
    .from(createAttempts)
    .where(eq(createAttempts.digest, digest))
    .for("update");
  return row;
}

/** Stores which secret the key now stands for. */
export async function setSecret(tx: Queryable, digest: Buffer, secretId: string): Promise<void> {
  await tx.update(createAttempts).set({ secretId }).where(eq(createAttempts.digest, digest));
}

/** Deletes keys last used more than 25 hours ago. */
export async function deleteOldKeys(db: Database): Promise<void> {
  await db.orm
    .delete(createAttempts)
    .where(lte(createAttempts.lastAttemptAt, sql`now() - make_interval(hours => ${KEPT_HOURS})`));
}
