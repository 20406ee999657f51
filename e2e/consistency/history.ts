/**
 * Checks recorded answers against the database. The checker knows the product's promises, not how it works. It runs
 * afterwards, over every answer and every row.
 */
import type postgres from "postgres";

/** The answer to an attempt. `unanswered`: no answer arrived, so the recipient does not know what happened. */
type Outcome = "revealed" | "destroyed" | "not-available" | "refused" | "unanswered";

/** One attempt at a secret. `value` is the plaintext in its answer, if any. */
export interface Attempt {
  outcome: Outcome;
  value?: string;
}

/** Everything that happened to one secret, as its clients saw it. */
export interface SecretHistory {
  id: string;
  value: string;
  attempts: readonly Attempt[];
}

/** A secret's row, whether its payload exists, and its audit events. */
export interface StoredSecret {
  id: string;
  status: string | null;
  reason: string | null;
  endedAt: string | null;
  /** An attempt is under way, or was interrupted and not yet closed by the sweep. */
  isOpenAttempt: boolean;
  hasPayload: boolean;
  /** Actions of its audit events, oldest first. */
  events: readonly string[];
}

const CREATED = "temporary_secret_create";

/** The audit event of each final status. `expired` has none. */
const EVENT_OF: Readonly<Record<string, string | undefined>> = {
  viewed: "temporary_secret_viewed",
  destroyed: "temporary_secret_failed",
  revoked: "temporary_secret_revoked",
};

/** Reads all rows of these secrets. The status of a secret whose project was deleted is null. */
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
 * Lists every broken promise in these histories; empty if none.
 *
 * @param settled whether every attempt has ended and a sweep has run, so that no attempt may be open.
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
  const outcome = (kind: Outcome) => attempts.filter((attempt) => attempt.outcome === kind).length;
  const ends = row.events.filter((action) => action !== CREATED);
  const status = row.status ?? "gone";
  const rules: [string, boolean][] = [
    ["more than one plaintext", outcome("revealed") > 1],
    ["more than one verdict", outcome("revealed") + outcome("destroyed") > 1],
    [
      "a wrong plaintext",
      attempts.some((attempt) => attempt.outcome === "revealed" && attempt.value !== value),
    ],
    ["a plaintext outside a reveal", attempts.some((a) => a.outcome !== "revealed" && a.value !== undefined)],
    ["a plaintext without its audit event", outcome("revealed") > 0 && !ends.includes(EVENT_OF.viewed ?? "")],
    [
      "destroyed by an attempt without its audit event",
      outcome("destroyed") > 0 && !ends.includes(EVENT_OF.destroyed ?? ""),
    ],
    ["more than one ending in the audit log", ends.length > 1],
    ["not created exactly once", row.events.length - ends.length !== 1],
    ["pending without a payload", status === "pending" && !row.hasPayload],
    ["a payload without being pending", status !== "pending" && row.hasPayload],
    [
      `${status}, but the audit log says ${ends.join() || "nothing"}`,
      status !== "gone" && !row.isOpenAttempt && EVENT_OF[status] !== ends[0],
    ],
    [
      "viewed, but no attempt was shown it",
      status === "viewed" && outcome("revealed") + outcome("unanswered") === 0,
    ],
    ["a plaintext, but not viewed", outcome("revealed") > 0 && status !== "viewed" && status !== "gone"],
    ["a verdict, but not destroyed", outcome("destroyed") > 0 && status !== "destroyed" && status !== "gone"],
    ["an attempt still open", settled && row.isOpenAttempt],
  ];
  return rules.filter(([, isBroken]) => isBroken).map(([rule]) => rule);
}

/** Lists secrets that had ended and changed afterwards. None may. */
export function changedEndings(
  before: ReadonlyMap<string, StoredSecret>,
  after: ReadonlyMap<string, StoredSecret>,
): string[] {
  return [...before.values()]
    .filter(({ status, isOpenAttempt }) => status !== "pending" && !isOpenAttempt)
    .filter((row) => JSON.stringify(row) !== JSON.stringify(after.get(row.id)))
    .map(({ id, status }) => `${id}: ${status ?? "gone"} is not final`);
}
