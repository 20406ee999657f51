import { describe, expect, test } from "vitest";
import { destroyedText, endedAt, endings, fractionLeft, statusAt, type TtlSecret } from "./ttl-secret.ts";

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
  attemptedFrom: null,
  failureReason: null,
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

describe("the text of a destroyed secret", () => {
  const of = (changes: Partial<TtlSecret>) =>
    destroyedText({ ...secret, status: "DESTROYED", destroyedReason: "INTERRUPTED", ...changes });

  test.each<[string, Partial<TtlSecret>, RegExp]>([
    [
      "a wrong passphrase",
      { destroyedReason: "WRONG_PASSPHRASE", failureReason: "wrong_passphrase" },
      /not shown/,
    ],
    ["altered data", { destroyedReason: "UNREADABLE", failureReason: "unreadable" }, /not shown/],
    ["an interrupted attempt", { failureReason: "interrupted", attemptedFrom: "203.0.113.7" }, /not shown/],
    ["one that the previous release recorded", { attemptedFrom: "203.0.113.7" }, /not shown/],
    ["a reason of a newer server", { failureReason: "of_a_newer_server" }, /not finished, or the server/],
    ["a failover", { failureReason: "database_restored" }, /failed over or was restored/],
    ["an operator", { failureReason: "destroyed_by_operator" }, /operator destroyed/],
    ["a cause that is not recorded", {}, /not finished, or the server/],
  ])("says what is known: %s", (_what, changes, long) => {
    expect(of(changes)?.long).toMatch(long);
  });

  test.each(["database_restored", "destroyed_by_operator", "of_a_newer_server", null])(
    "neither claims that the value was not shown nor speaks of an attempt's link without an attempt: %s",
    (failureReason) => {
      const { long, advice } = of({ failureReason }) ?? {};
      expect(`${long} ${advice}`).not.toMatch(/not (shown|exposed)|has the link/);
    },
  );

  test("is none for any other secret", () => {
    expect(destroyedText(secret)).toBeNull();
  });
});
