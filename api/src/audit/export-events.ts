import { stringify } from "csv-stringify/sync";
import type { Member } from "../accounts/principal.ts";
import type { Database } from "../db/client.ts";
import type { AuditFilter } from "./audit-event.ts";
import { type ExportedEvent, eventsInOrder } from "./audit-store.ts";
import { chainEnd } from "./chain-store.ts";
import { checkFilter } from "./list-events.ts";

/** JSON Lines: one JSON object a line. CSV: RFC 4180, with a header. Both UTF-8. */
export type ExportFormat = "jsonl" | "csv";

/** How many events are in memory at once; some 400 KB of text. */
const BATCH = 1000;

/**
 * Every event of a member's vault that the filter lets through, in order of the chain, as text. It holds what was there
 * when it began, however long the reader takes; a batch is read when the one before was taken, and no connection is held
 * in between.
 *
 * @returns the text in pieces. An error while it is read must not look like its end.
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
    eventsInOrder(db.orm, { vaultId, filter, afterSeq, lastSeq, limit: BATCH });
  // What can't be read at all is said while it still can be.
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
    if (!last || events.length < BATCH) return;
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
] as const;

function valuesOf(event: ExportedEvent) {
  const { seq, at, action, projectId, ttlSecretId, ttlSecretName, actor, sourceIp, id, hash } = event;
  const place = { projectId, ttlSecretId, ttlSecretName };
  return { seq, at: at.toISOString(), action, ...place, actor, sourceIp, id, hash: hash.toString("hex") };
}

function asJsonLines(events: ExportedEvent[]): string {
  return events.map((event) => `${JSON.stringify(valuesOf(event))}\n`).join("");
}

/** Names and actors are other people's text: no cell may be taken for a formula (OWASP, *CSV injection*). */
function asCsv(events: ExportedEvent[], isFirst: boolean): string {
  return stringify(events.map(valuesOf), {
    columns: [...COLUMNS],
    header: isFirst,
    quoted: true,
    escape_formulas: true,
    record_delimiter: "windows",
  });
}
