import { badInput } from "./errors.ts";

const MAX_PAGE = 200;

/** The last millisecond of the year 9999; later ones have no ISO 8601 form that PostgreSQL reads. */
const LAST_MS = 253_402_300_799_999;

/** Where a page starts: after this row, in order of time and, within a millisecond, of id. */
export interface Position {
  at: Date;
  id: string;
}

/** A request for a page, newest first. */
export interface PageRequest {
  first: number;
  after: Position | undefined;
}

/** A page, and whether there is more after it. */
export interface Page<Row> {
  rows: Row[];
  hasNextPage: boolean;
}

/**
 * Checks a page's arguments: `first` is 1 to 200, `after` a cursor this server gave out.
 *
 * @throws AppError `BAD_USER_INPUT` on `first` or `after`.
 */
export function pageRequest(first: number, after: string | null | undefined): PageRequest {
  if (first < 1 || first > MAX_PAGE) throw badInput("first", `Ask for 1 to ${MAX_PAGE} at a time.`);
  return { first, after: after == null ? undefined : decodeCursor(after) };
}

/** Splits `first + 1` rows, as a store reads them, into a page and the knowledge of a next one. */
export function toPage<Row>(rows: Row[], { first }: PageRequest): Page<Row> {
  return { rows: rows.slice(0, first), hasNextPage: rows.length > first };
}

/** The cursor of a position: opaque to clients, stable, and free of anything but a time and an id. */
export function encodeCursor({ at, id }: Position): string {
  return Buffer.from(`${at.getTime()}:${id}`).toString("base64url");
}

function decodeCursor(cursor: string): Position {
  const [, ms, id] = /^(\d{1,15}):([0-9a-f-]{36})$/.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  if (!ms || !id || !isId(id) || Number(ms) > LAST_MS) {
    throw badInput("after", "Pass a cursor that this server returned, or leave it out for the first page.");
  }
  return { at: new Date(Number(ms)), id };
}

/** Whether `text` is a UUID as this server writes them. What isn't names nothing here. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
