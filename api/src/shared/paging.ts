import { badInput } from "./errors.ts";

const MAX_PAGE = 200;

/** The last millisecond of the year 9999: PostgreSQL can't parse the ISO 8601 form of later ones. */
const LAST_MS = 253_402_300_799_999;

/** A page starts after this row, ordered by time and, within a millisecond, by id. */
export interface Position {
  at: Date;
  id: string;
}

/** A request for a page, newest first or in an order with its own positions. */
export interface PageRequest<At = Position> {
  first: number;
  after: At | undefined;
}

/** A page, and whether another one follows. */
export interface Page<Row> {
  rows: Row[];
  hasNextPage: boolean;
}

/**
 * Checks the arguments of a page: `first` must be 1 to 200, `after` a cursor of this server.
 *
 * @throws AppError `BAD_USER_INPUT` on `first` or `after`.
 */
export function pageRequest(first: number, after: string | null | undefined): PageRequest {
  return parsePageArgs(readPosition, first, after);
}

/** As `pageRequest`, for an order with its own positions: `decode` returns undefined for an invalid cursor text. */
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

/** Turns up to `first + 1` rows, as stores return them, into a page. */
export function toPage<Row>(rows: Row[], { first }: { first: number }): Page<Row> {
  return { rows: rows.slice(0, first), hasNextPage: rows.length > first };
}

/** The cursor of a position: opaque to clients, stable, and made of a time and an id only. */
export function encodeCursor(position: Position): string {
  return toCursor(positionText(position));
}

/** Encodes a cursor's text in base64url. */
export function toCursor(text: string): string {
  return Buffer.from(text).toString("base64url");
}

/** The text of a position's cursor. */
export function positionText({ at, id }: Position): string {
  return `${at.getTime()}:${id}`;
}

/** Parses the text of a cursor; undefined if it is not valid. */
export function readPosition(text: string): Position | undefined {
  const [, ms, id] = /^(\d{1,15}):([0-9a-f-]{36})$/.exec(text) ?? [];
  if (!ms || !id || !isId(id) || Number(ms) > LAST_MS) return undefined;
  return { at: new Date(Number(ms)), id };
}

/** Whether `text` is a UUID in lower case, as all ids of this server are. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
