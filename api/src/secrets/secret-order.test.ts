import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { AppError } from "../shared/errors.ts";
import { parsePageArgs } from "../shared/paging.ts";
import type { TtlSecret } from "./secret.ts";
import { encodeOrderCursor, orderCursorDecoder, type SecretOrder } from "./secret-order.ts";

const secret: TtlSecret = {
  id: randomUUID(),
  name: "a: name:with colons, Ümläut and 😀 ",
  status: "viewed",
  destroyedReason: null,
  createdAt: new Date("2026-01-01T00:00:00.123Z"),
  expiresAt: new Date("2026-01-01T00:05:00.123Z"),
  endedAt: null,
  createdBy: "x",
  changedAt: new Date(0),
};

const read = (order: SecretOrder, cursor: string) =>
  parsePageArgs(orderCursorDecoder(order), 10, cursor).after;

describe("a cursor", () => {
  test.each<[SecretOrder, Date | string]>([
    ["newest_first", secret.createdAt],
    ["name", secret.name],
    ["expires_first", secret.expiresAt],
    ["expires_last", secret.expiresAt],
  ])("decodes to its row: %s", (order, key) => {
    const cursor = encodeOrderCursor(order, secret);
    expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(read(order, cursor)).toEqual({ key, id: secret.id });
  });

  const encoded = (text: string) => Buffer.from(text).toString("base64url");
  test.each<[SecretOrder, string, string]>([
    ["name", "no name", encoded(`name:${secret.id}:`)],
    ["name", "no id", encoded("name::a")],
    ["name", "NUL in the name", encoded(`name:${secret.id}:a\0`)],
    ["name", "two lines", encoded(`name:${secret.id}:a\nb`)],
    ["name", "a name of 201 characters", encoded(`name:${secret.id}:${"a".repeat(201)}`)],
    ["name", "an id in capitals", encoded(`name:${secret.id.toUpperCase()}:a`)],
    ["expires_first", "a time past the year 9999", encoded(`expires_first:253402300800000:${secret.id}`)],
    ["expires_last", "no time", encoded(`expires_last::${secret.id}`)],
    ["expires_last", "text", "hello"],
  ])("is refused unless this order encoded it: %s, %s", (order, _what, cursor) => {
    expect(() => read(order, cursor)).toThrow(AppError);
  });
});
