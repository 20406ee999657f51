import { deleteExpiredSessions, deleteOldCounters } from "../accounts/housekeeping-store.ts";
import { purgeBatch } from "../audit/retention-store.ts";
import type { Database } from "../db/client.ts";
import { deleteOldKeys } from "../secrets/idempotency-store.ts";
import { deleteEndedBatch } from "../secrets/secret-store.ts";
import { type Batches, runInBatches } from "./batches.ts";

/** Retention in days. */
export interface Retention {
  /** Of TTL secrets in the sender's list, from the day they ended. */
  secretDays: number;
  /** Of audit events; undefined: forever. */
  auditDays?: number | undefined;
}

/**
 * Deletes everything past its retention: ended secrets and audit events as configured; expired sessions, sign-in counters
 * and idempotency keys by the rule in each store. Works in batches, and is safe in any number of processes.
 *
 * @returns the number of ended secrets and of audit events deleted.
 */
export async function deletePastRetention(
  db: Database,
  { secretDays, auditDays }: Retention,
  batches?: Batches,
): Promise<{ forgotten: number; auditEvents: number }> {
  const forgotten = await runInBatches("ended", (limit) => deleteEndedBatch(db, secretDays, limit), batches);
  const auditEvents =
    auditDays === undefined
      ? 0
      : await runInBatches("audit events", (limit) => purgeEvents(db, auditDays, limit), batches);
  await runInBatches("sessions", (limit) => deleteExpiredSessions(db, limit), batches);
  await runInBatches("sign-in counters", (limit) => deleteOldCounters(db, limit), batches);
  await deleteOldKeys(db);
  return { forgotten, auditEvents };
}

/** A batch of old audit events, from as many vaults as it takes; `purgeBatch` deletes those of one vault. */
async function purgeEvents(db: Database, days: number, limit: number): Promise<number> {
  let total = 0;
  for (let done = 1; done > 0 && total < limit; total += done) {
    done = await purgeBatch(db, days, limit - total);
  }
  return total;
}
