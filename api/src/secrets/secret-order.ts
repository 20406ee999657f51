import { isNamePart } from "../shared/name.ts";
import { encodeCursor, isId, type Position, positionText, readPosition, toCursor } from "../shared/paging.ts";
import type { TtlSecret } from "./secret.ts";

/** The orders of a list of TTL secrets; ties are ordered by id. */
export type SecretOrder = "newest_first" | "name" | "expires_first" | "expires_last";

/** The row of an order after which a page starts. */
export interface SecretPosition {
  /** The sort key: a time or a name. */
  key: Date | string;
  id: string;
}

/** The cursor of a row. It names its order, so that a page in another order refuses it. */
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
