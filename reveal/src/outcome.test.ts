import { describe, expect, test } from "vitest";
import { readAvailability, readReveal } from "./outcome.ts";

const refusedWith = (code: string, extensions = {}) => ({
  data: null,
  errors: [{ message: "No.", extensions: { code, ...extensions } }],
});
const answer = (result: unknown) => ({ data: { revealTtlSecret: result } });

const BROKEN: [string, unknown][] = [
  ["nothing", undefined],
  ["null", null],
  ["text", "<h1>Bad gateway</h1>"],
  ["an empty object", {}],
  ["data without the field", { data: {} }],
  ["no data and no error", { data: null }],
  ["an empty list of errors", { data: null, errors: [] }],
  ["an error without a code", { data: null, errors: [{ message: "x" }] }],
  ["errors that are not a list", { errors: "x" }],
  ["an unknown code", refusedWith("TEAPOT")],
  ["INTERNAL", refusedWith("INTERNAL")],
];

describe("the response to ttlSecretAvailability", () => {
  test("gives the remaining time, or that nothing is available", () => {
    const ttlSecretAvailability = { secondsLeft: 299 };
    expect(readAvailability({ data: { ttlSecretAvailability } })).toEqual({
      kind: "available",
      secondsLeft: 299,
    });
    expect(readAvailability({ data: { ttlSecretAvailability: null } })).toEqual({ kind: "notAvailable" });
  });

  test("proves nothing about the secret when it contains an error, whatever its data", () => {
    const body = { ...refusedWith("INTERNAL"), data: { ttlSecretAvailability: null } };
    expect(readAvailability(body)).toEqual({ kind: "failed" });
  });

  test("counts as a failed check, not a dead link, when the server does not know the field", () => {
    expect(readAvailability(refusedWith("BAD_USER_INPUT"))).toEqual({ kind: "failed" });
  });

  test("is a dead link when the server rejects the link", () => {
    expect(readAvailability(refusedWith("BAD_USER_INPUT", { field: "token" }))).toEqual({
      kind: "notAvailable",
    });
  });

  test("gives the reason and the wait of a rejection", () => {
    expect(readAvailability(refusedWith("RATE_LIMITED", { retryAfterSeconds: 12 }))).toEqual({
      kind: "refused",
      reason: "rateLimited",
      waitSeconds: 12,
    });
    expect(readAvailability(refusedWith("OVERLOADED"))).toMatchObject({ reason: "overloaded" });
    expect(readAvailability(refusedWith("FORBIDDEN"))).toMatchObject({
      reason: "forbidden",
      waitSeconds: 0,
    });
  });

  test.each(BROKEN)("is a failure when it is %s", (_, body) => {
    expect(readAvailability(body)).toEqual({ kind: "failed" });
  });

  test.each(["true", 1, true, {}])("is never guessed from %j", (ttlSecretAvailability) => {
    expect(readAvailability({ data: { ttlSecretAvailability } })).toEqual({ kind: "failed" });
  });
});

describe("the response to revealTtlSecret", () => {
  test.each(["hunter2", " \r\n\t x \n", "<b>bold</b>", "שלום", "👩‍🚀", "x".repeat(65_536)])(
    "hands the value over as it came",
    (value) => {
      expect(readReveal(answer({ __typename: "TtlSecretRevealed", value }))).toEqual({
        kind: "revealed",
        value,
      });
    },
  );

  test("distinguishes destroyed from not available", () => {
    expect(readReveal(answer({ __typename: "TtlSecretDestroyed", message: "m" }))).toEqual({
      kind: "destroyed",
    });
    expect(readReveal(answer({ __typename: "TtlSecretNotAvailable", message: "m" }))).toEqual({
      kind: "notAvailable",
    });
  });

  test("accepts a value despite errors, because the server has deleted it", () => {
    const body = { ...refusedWith("INTERNAL"), ...answer({ __typename: "TtlSecretRevealed", value: "v" }) };
    expect(readReveal(body)).toEqual({ kind: "revealed", value: "v" });
  });

  test("a rejection leaves the secret untouched", () => {
    expect(readReveal(refusedWith("OVERLOADED"))).toMatchObject({
      kind: "refused",
      reason: "overloaded",
      waitSeconds: 5,
    });
    expect(readReveal(refusedWith("OVERLOADED", { retryAfterSeconds: 2 }))).toMatchObject({ waitSeconds: 2 });
    expect(readReveal(refusedWith("FORBIDDEN"))).toMatchObject({ kind: "refused", reason: "forbidden" });
    expect(readReveal(refusedWith("RATE_LIMITED", { retryAfterSeconds: 7 }))).toMatchObject({
      kind: "refused",
      reason: "rateLimited",
      waitSeconds: 7,
    });
  });

  test.each([
    [undefined, 30],
    ["7", 30],
    [Number.NaN, 30],
    [0, 1],
    [-5, 1],
    [1.2, 2],
    [1e9, 3600],
  ])("a wait of %j becomes %i seconds", (retryAfterSeconds, waitSeconds) => {
    expect(readReveal(refusedWith("RATE_LIMITED", { retryAfterSeconds }))).toMatchObject({ waitSeconds });
  });

  test("a rejected passphrase asks again, a rejected link is a dead link", () => {
    const badInput = (field?: string) => readReveal(refusedWith("BAD_USER_INPUT", { field })).kind;
    expect(badInput("passphrase")).toBe("badInput");
    expect(badInput("input.passphrase")).toBe("badInput");
    expect(badInput()).toBe("badInput");
    expect(badInput("token")).toBe("notAvailable");
    expect(badInput("input.vaultId")).toBe("notAvailable");
  });

  test.each(BROKEN)("proves nothing when it is %s", (_, body) => {
    expect(readReveal(body)).toEqual({ kind: "unknown" });
  });

  test.each([
    [{ __typename: "TtlSecretRevealed" }],
    [{ __typename: "TtlSecretRevealed", value: 5 }],
    [{ __typename: "SomethingNew" }],
    [{ value: "v" }],
    ["TtlSecretRevealed"],
  ])("proves nothing when the result is %j", (result) => {
    expect(readReveal(answer(result))).toEqual({ kind: "unknown" });
  });

  test("an unknown result is not overruled by a harmless error", () => {
    const body = { ...refusedWith("RATE_LIMITED"), ...answer({ __typename: "SomethingNew" }) };
    expect(readReveal(body)).toEqual({ kind: "unknown" });
  });
});
