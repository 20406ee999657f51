import { badInput } from "./errors.ts";

const MAX_PAGE = 200;

/** The last millisecond of the year 9999; later ones have no ISO 8601 form that PostgreSQL reads. */
const LAST_MS = 253_402_300_799_999;

/** Where a page starts: after this row, in order of time and, within a millisecond, of id. */
export interface Position {
  at: Date;
  id: string;
}

/** A request for a page, newest first or in an order that has positions of its own. */
export interface PageRequest<At = Position> {
  first: number;
  after: At | undefined;
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
  return parsePageArgs(readPosition, first, after);
}

/** The same for an order with positions of its own: `decode` reads a cursor's text, or returns undefined. */
export function parsePageArgs<At>(
  decode: (text: string) => At | undefined,
  first: number,
  after: string | null | undefined,
): PageRequest<At> {
  if (first < 1 || first > MAX_PAGE) throw badInput("first", `Ask for 1 to ${MAX_PAGE} at a time.`);
  if (after == null) return { first, after: undefined };
  const position = decode(Buffer.from(after, "base64url").toString());
  if (position === undefined) {
    throw badInput(
      "after",
      "Pass a cursor that this server returned for the same order, or leave it out for the first page.",
    );
  }
  return { first, after: position };
}

/** Splits `first + 1` rows, as a store reads them, into a page and the knowledge of a next one. */
export function toPage<Row>(rows: Row[], { first }: { first: number }): Page<Row> {
  return { rows: rows.slice(0, first), hasNextPage: rows.length > first };
}

/** The cursor of a position: opaque to clients, stable, and free of anything but a time and an id. */
export function encodeCursor(position: Position): string {
  return toCursor(positionText(position));
}

/** A cursor's text, as it goes over the wire. */
export function toCursor(text: string): string {
  return Buffer.from(text).toString("base64url");
}

/** What a position's cursor says. */
export function positionText({ at, id }: Position): string {
  return `${at.getTime()}:${id}`;
}

/** The position that a cursor's text says; undefined when it says none. */
export function readPosition(text: string): Position | undefined {
  const [, ms, id] = /^(\d{1,15}):([0-9a-f-]{36})$/.exec(text) ?? [];
  if (!ms || !id || !isId(id) || Number(ms) > LAST_MS) return undefined;
  return { at: new Date(Number(ms)), id };
}

/** Whether `text` is a UUID as this server writes them. What isn't names nothing here. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
