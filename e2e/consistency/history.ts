/**
 * Holds what recipients were told against what the database says. It knows nothing of how the product works, only
 * what it promises, and it reads everything afterwards: every answer and every row.
 */
import type postgres from "postgres";

/** What one attempt was told. `unanswered`: it got no answer, so whatever happened, nobody was told. */
type Told = "revealed" | "destroyed" | "not-available" | "refused" | "unanswered";

/** One attempt at a secret. `value` is the plaintext it was given, if any. */
export interface Attempt {
  told: Told;
  value?: string;
}

/** All that happened to one secret, as seen from outside. */
export interface SecretHistory {
  id: string;
  value: string;
  attempts: readonly Attempt[];
}

/** A secret's row, whether its payload is still there, and what the audit log says of it. */
export interface StoredSecret {
  id: string;
  status: string | null;
  reason: string | null;
  endedAt: string | null;
  /** An attempt is under way, or was cut off and the sweep has not closed it yet. */
  isOpenAttempt: boolean;
  hasPayload: boolean;
  /** Actions of its audit events, oldest first. */
  events: readonly string[];
}

const CREATED = "temporary_secret_create";

/** The audit event that each final status comes with; none for those that nobody caused. */
const EVENT_OF: Readonly<Record<string, string | undefined>> = {
  viewed: "temporary_secret_viewed",
  destroyed: "temporary_secret_failed",
  revoked: "temporary_secret_revoked",
};

/** Reads all rows there are of these secrets. A secret whose project was deleted has no status any more. */
export async function readStored(
  sql: postgres.Sql,
  ids: readonly string[],
): Promise<Map<string, StoredSecret>> {
  const rows = await sql<StoredSecret[]>`
    SELECT w.id, s.status, s.destroyed_reason AS reason, s.ended_at::text AS "endedAt",
      s.attempted_from IS NOT NULL AS "isOpenAttempt",
      EXISTS (SELECT 1 FROM ttl_secret_payloads y WHERE y.secret_id = w.id) AS "hasPayload",
      (SELECT coalesce(json_agg(e.action ORDER BY e.at, e.id), '[]') FROM audit_events e WHERE e.ttl_secret_id = w.id) AS events
    FROM unnest(string_to_array(${ids.join(",")}, ',')::uuid[]) AS w(id)
    LEFT JOIN ttl_secrets s ON s.id = w.id`;
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * Every broken promise in these histories, in words; empty when all were kept.
 *
 * @param settled true once every attempt has ended and a sweep has been by: then no attempt may still be open.
 */
export function brokenPromises(
  histories: readonly SecretHistory[],
  stored: ReadonlyMap<string, StoredSecret>,
  { settled }: { settled: boolean },
): string[] {
  return histories.flatMap((history) => {
    const row = stored.get(history.id);
    const problems = row ? problemsOf(history, row, settled) : ["was never read back"];
    return problems.map((problem) => `${history.id}: ${problem}`);
  });
}

function problemsOf({ value, attempts }: SecretHistory, row: StoredSecret, settled: boolean): string[] {
  const told = (kind: Told) => attempts.filter((attempt) => attempt.told === kind).length;
  const ends = row.events.filter((action) => action !== CREATED);
  const status = row.status ?? "gone";
  const rules: [string, boolean][] = [
    ["more than one plaintext", told("revealed") > 1],
    ["more than one verdict", told("revealed") + told("destroyed") > 1],
    ["a wrong plaintext", attempts.some((attempt) => attempt.told === "revealed" && attempt.value !== value)],
    ["a plaintext outside a reveal", attempts.some((a) => a.told !== "revealed" && a.value !== undefined)],
    ["a plaintext without its audit event", told("revealed") > 0 && !ends.includes(EVENT_OF.viewed ?? "")],
    [
      "destroyed by an attempt without its audit event",
      told("destroyed") > 0 && !ends.includes(EVENT_OF.destroyed ?? ""),
    ],
    ["more than one ending in the audit log", ends.length > 1],
    ["not created exactly once", row.events.length - ends.length !== 1],
    ["pending without a payload", status === "pending" && !row.hasPayload],
    ["a payload without being pending", status !== "pending" && row.hasPayload],
    [
      `${status}, but the audit log says ${ends.join() || "nothing"}`,
      status !== "gone" && !row.isOpenAttempt && EVENT_OF[status] !== ends[0],
    ],
    ["viewed, but nobody was given it", status === "viewed" && told("revealed") + told("unanswered") === 0],
    ["a plaintext, but not viewed", told("revealed") > 0 && status !== "viewed" && status !== "gone"],
    ["a verdict, but not destroyed", told("destroyed") > 0 && status !== "destroyed" && status !== "gone"],
    ["an attempt still open", settled && row.isOpenAttempt],
  ];
  return rules.filter(([, isBroken]) => isBroken).map(([rule]) => rule);
}

/** What changed, between two readings, of secrets that had already ended: nothing ever may. */
export function changedEndings(
  before: ReadonlyMap<string, StoredSecret>,
  after: ReadonlyMap<string, StoredSecret>,
): string[] {
  return [...before.values()]
    .filter(({ status, isOpenAttempt }) => status !== "pending" && !isOpenAttempt)
    .filter((row) => JSON.stringify(row) !== JSON.stringify(after.get(row.id)))
    .map(({ id, status }) => `${id}: ${status ?? "gone"} is not final`);
}
