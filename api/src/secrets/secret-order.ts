import { isNamePart } from "../shared/name.ts";
import { encodeCursor, isId, type Position, positionText, readPosition, toCursor } from "../shared/paging.ts";
import type { TtlSecret } from "./secret.ts";

/** How a list of TTL secrets may be ordered; by id where that says nothing. */
export type SecretOrder = "newest_first" | "name" | "expires_first" | "expires_last";

/** Where in an order a page starts: after this row. */
export interface SecretPosition {
  /** What the order compares: a time, or a name. */
  key: Date | string;
  id: string;
}

/** The cursor of a row. It names its order, so that no page goes on in another one than it began in. */
export function encodeOrderCursor(order: SecretOrder, { id, name, createdAt, expiresAt }: TtlSecret): string {
  if (order === "newest_first") return encodeCursor({ at: createdAt, id });
  if (order === "name") return toCursor(`name:${id}:${name}`);
  return toCursor(`${order}:${positionText({ at: expiresAt, id })}`);
}

/** Reads the text of a cursor that `encodeOrderCursor` made for this order; undefined for any other. */
export function orderCursorDecoder(order: SecretOrder): (text: string) => SecretPosition | undefined {
  if (order === "newest_first") return (text) => byTime(readPosition(text));
  const prefix = `${order}:`;
  return (text) => {
    if (!text.startsWith(prefix)) return undefined;
    const rest = text.slice(prefix.length);
    return order === "name" ? byName(rest) : byTime(readPosition(rest));
  };
}

function byTime(position: Position | undefined): SecretPosition | undefined {
  return position && { key: position.at, id: position.id };
}

function byName(text: string): SecretPosition | undefined {
  const [, id = "", key = ""] = /^([^:]+):(.*)$/s.exec(text) ?? [];
  return isId(id) && isNamePart(key) ? { key, id } : undefined;
}
