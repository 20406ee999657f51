import { forgetDeadSessions, forgetOldCounters } from "../accounts/housekeeping-store.ts";
import { purgeBatch } from "../audit/retention-store.ts";
import type { Database } from "../db/client.ts";
import { forgetOldAttempts } from "../secrets/idempotency-store.ts";
import { forgetEndedBatch } from "../secrets/secret-store.ts";
import { type Batches, runInBatches } from "./batches.ts";

/** How long what has ended is kept, in days. */
export interface Retention {
  /** TTL secrets in the sender's list, from the day they ended. */
  secretDays: number;
  /** Audit events; undefined: for good. */
  auditDays?: number | undefined;
}

/**
 * Lets go of everything that is older than anybody wants it: ended secrets and audit events by their retention; dead
 * sessions, counters of sign-ins and idempotency keys by their own. In batches, and safe in any number of processes.
 */
export async function deletePastRetention(
  db: Database,
  { secretDays, auditDays }: Retention,
  batches?: Batches,
): Promise<{ forgotten: number; auditEvents: number }> {
  const forgotten = await runInBatches("ended", (limit) => forgetEndedBatch(db, secretDays, limit), batches);
  const auditEvents =
    auditDays === undefined
      ? 0
      : await runInBatches("audit events", (limit) => purgeEvents(db, auditDays, limit), batches);
  await runInBatches("sessions", (limit) => forgetDeadSessions(db, limit), batches);
  await runInBatches("sign-in counters", (limit) => forgetOldCounters(db, limit), batches);
  await forgetOldAttempts(db);
  return { forgotten, auditEvents };
}

/** A batch of old audit events; each vault's are removed on their own. */
async function purgeEvents(db: Database, days: number, limit: number): Promise<number> {
  let total = 0;
  for (let done = 1; done > 0 && total < limit; total += done) {
    done = await purgeBatch(db, days, limit - total);
  }
  return total;
}
