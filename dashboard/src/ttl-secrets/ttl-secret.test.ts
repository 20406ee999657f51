import { expect, test } from "vitest";
import { endedAt, endings, fractionLeft, statusAt, type TtlSecret } from "./ttl-secret.ts";

const created = Date.parse("2026-03-01T12:00:00Z");
const secret: TtlSecret = {
  id: "1",
  name: "Database password",
  status: "PENDING",
  createdAt: new Date(created).toISOString(),
  expiresAt: new Date(created + 300_000).toISOString(),
  endedAt: null,
  destroyedReason: null,
  createdBy: null,
  changedAt: "2026-01-01T00:00:00.000Z",
};

test("a pending secret reads as expired from its expiry on", () => {
  expect(statusAt(secret, created + 299_999)).toBe("PENDING");
  expect(statusAt(secret, created + 300_000)).toBe("EXPIRED");
});

test("expiry does not change a secret that has already ended", () => {
  expect(statusAt({ ...secret, status: "VIEWED" }, created + 400_000)).toBe("VIEWED");
});

test("an expired secret ended at its expiry, swept or not", () => {
  expect(endedAt(secret, created)).toBeNull();
  expect(endedAt(secret, created + 300_000)).toBe(secret.expiresAt);
  expect(endedAt({ ...secret, status: "VIEWED", endedAt: secret.createdAt }, created)).toBe(secret.createdAt);
});

test("the remaining fraction runs from 1 to 0 and stays there", () => {
  expect(fractionLeft(secret, created - 5_000)).toBe(1);
  expect(fractionLeft(secret, created + 150_000)).toBe(0.5);
  expect(fractionLeft(secret, created + 999_000)).toBe(0);
});

test("only a pending secret that ended is announced", () => {
  const viewed: TtlSecret = { ...secret, status: "VIEWED" };
  const destroyed: TtlSecret = { ...secret, status: "DESTROYED", destroyedReason: "WRONG_PASSPHRASE" };
  expect(endings([secret], [viewed])).toEqual(["Database password was viewed."]);
  expect(endings([secret], [destroyed])).toEqual(["Database password was destroyed: Wrong passphrase."]);
  expect(endings([secret], [secret])).toEqual([]);
  expect(endings([viewed], [viewed])).toEqual([]);
  expect(endings([], [viewed])).toEqual([]);
});
