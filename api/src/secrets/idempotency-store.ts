import { createAttempts } from "@ttl-secrets/drizzle/schema";
import { eq, lte, sql } from "drizzle-orm";
import type { Database, Queryable } from "../db/client.ts";

/** An hour longer than any secret lives, so that what a forgotten key made is never still pending. */
const KEPT_HOURS = 25;

/**
 * Counts one more attempt at the create with this digest, committed at once.
 *
 * @returns its number, from 1; undefined when an attempt before asked for something else.
 */
export async function takeIdempotencyNumber(
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
    .returning({ attempt });
  return row?.attempt;
}

/** How many attempts there were and what they left, locked until the transaction ends. */
export async function lockIdempotencyClaim(
  tx: Queryable,
  digest: Buffer,
): Promise<{ attempt: number; secretId: string | null } | undefined> {
  const { attempt, secretId } = createAttempts;
  const [row] = await tx
    .select({ attempt, secretId })
    .from(createAttempts)
    .where(eq(createAttempts.digest, digest))
    .for("update");
  return row;
}

/** Notes which secret the attempts left. */
export async function setSecret(tx: Queryable, digest: Buffer, secretId: string): Promise<void> {
  await tx.update(createAttempts).set({ secretId }).where(eq(createAttempts.digest, digest));
}

/** Forgets what was last attempted more than a day ago. */
export async function forgetOldAttempts(db: Database): Promise<void> {
  await db.orm
    .delete(createAttempts)
    .where(lte(createAttempts.lastAttemptAt, sql`now() - make_interval(hours => ${KEPT_HOURS})`));
}
