import { stringify } from "csv-stringify/sync";
import type { Member } from "../accounts/principal.ts";
import type { Database } from "../db/client.ts";
import { type AuditFilter, readDetails } from "./audit-event.ts";
import { type ExportedEvent, eventsInOrder } from "./audit-store.ts";
import { chainEnd, EVENTS_PER_QUERY } from "./chain-store.ts";
import { checkFilter } from "./list-events.ts";

/** JSON Lines: one JSON object per line. CSV: RFC 4180, with a header. Both are UTF-8. */
export type ExportFormat = "jsonl" | "csv";

/**
 * Exports the events of a member's vault that match the filter, in order of the chain, as text. Contains the events
 * stored at its start, however slow the client is. Each batch is read when the one before was consumed, and no connection
 * is held in between.
 *
 * @returns the text in pieces. The caller must not let an error during iteration look like the end.
 * @throws AppError as `listEvents`, before the first piece.
 */
export async function exportEvents(
  { db }: { db: Database },
  { member, filter, format }: { member: Member; filter: AuditFilter; format: ExportFormat },
): Promise<AsyncGenerator<string>> {
  await checkFilter({ db }, { member, filter });
  const { vaultId } = member;
  const lastSeq = (await chainEnd(db, vaultId))?.length ?? 0;
  const read = (afterSeq: number) =>
    eventsInOrder(db.orm, { vaultId, filter, afterSeq, lastSeq, limit: EVENTS_PER_QUERY });
  // Reads the first batch before the answer starts, so that a failure is still answered as an error.
  return pieces(await read(0), read, format === "csv" ? asCsv : asJsonLines);
}

async function* pieces(
  first: ExportedEvent[],
  read: (afterSeq: number) => Promise<ExportedEvent[]>,
  write: (events: ExportedEvent[], isFirst: boolean) => string,
): AsyncGenerator<string> {
  let events = first;
  for (let isFirst = true; ; isFirst = false) {
    yield write(events, isFirst);
    const last = events.at(-1);
    if (!last || events.length < EVENTS_PER_QUERY) return;
    events = await read(last.seq);
  }
}

const COLUMNS = [
  "seq",
  "at",
  "action",
  "projectId",
  "ttlSecretId",
  "ttlSecretName",
  "actor",
  "sourceIp",
  "id",
  "hash",
  "reason",
  "details",
] as const;

function valuesOf(event: ExportedEvent) {
  const { seq, at, action, projectId, ttlSecretId, ttlSecretName, actor, sourceIp, id, hash, details } =
    event;
  const place = { projectId, ttlSecretId, ttlSecretName };
  const chained = { id, hash: hash.toString("hex") };
  const { reason = null } = readDetails(details);
  return { seq, at: at.toISOString(), action, ...place, actor, sourceIp, ...chained, reason, details };
}

function asJsonLines(events: ExportedEvent[]): string {
  return events.map((event) => `${JSON.stringify(valuesOf(event))}\n`).join("");
}

/** Without it, Excel reads a CSV in the system's own character set. */
const BYTE_ORDER_MARK = "\uFEFF";

/** Names and actors are untrusted text: no cell may be read as a formula (OWASP, *CSV injection*). */
function asCsv(events: ExportedEvent[], isFirst: boolean): string {
  const text = stringify(events.map(valuesOf), {
    columns: [...COLUMNS],
    header: isFirst,
    quoted: true,
    escape_formulas: true,
    record_delimiter: "windows",
  });
  return isFirst ? BYTE_ORDER_MARK + text : text;
}
