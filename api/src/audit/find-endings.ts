import type { Member } from "../accounts/principal.ts";
import type { Database } from "../db/client.ts";
import { readDetails } from "./audit-event.ts";
import { endingsOf } from "./audit-store.ts";

/** The unspecified address, which an event without a request has: it names no client. */
const NO_ADDRESS = "0.0.0.0";

/** What the audit log knows about the end of a TTL secret. */
export interface Ending {
  /** Source address of the recipient's attempt; null if there was none, as after a failover. */
  attemptedFrom: string | null;
  /** Why it failed; null if it did not, or if the event predates reasons. */
  failureReason: string | null;
}

/**
 * The endings of these TTL secrets by attempts, in the order of `secretIds`, in one statement. Null for a secret without
 * such an event in the member's vault. Ids must be UUIDs.
 */
export async function findEndings(
  { db }: { db: Database },
  { member, secretIds }: { member: Member; secretIds: readonly string[] },
): Promise<(Ending | null)[]> {
  const rows = await endingsOf(db, { vaultId: member.vaultId, secretIds });
  const endings = new Map<string, Ending>();
  for (const { ttlSecretId, sourceIp, details } of rows) {
    endings.set(ttlSecretId, {
      attemptedFrom: sourceIp === NO_ADDRESS ? null : sourceIp,
      failureReason: readDetails(details).reason ?? null,
    });
  }
  return secretIds.map((id) => endings.get(id) ?? null);
}
