import { describe, expect, test } from "vitest";
import {
  draftErrors,
  draftInput,
  emptyDraft,
  refusedFieldError,
  type TtlSecretDraft,
  ttlSeconds,
  utf8Bytes,
} from "./ttl-secret-draft.ts";

const draft = (changes: Partial<TtlSecretDraft>): TtlSecretDraft => ({
  ...emptyDraft,
  name: "Database password",
  value: "hunter2",
  ...changes,
});

describe("self-destruct after", () => {
  test("starts at five minutes", () => {
    expect(ttlSeconds(emptyDraft)).toBe(300);
  });

  test.each([
    ["0", "1", 60],
    ["24", "0", 86_400],
    ["23", "59", 86_340],
    ["1", "", 3_600],
    ["", "90", 5_400],
  ])("%s h %s min is allowed", (hours, minutes, seconds) => {
    expect(draftErrors(draft({ hours, minutes }))).toEqual({});
    expect(draftInput(draft({ hours, minutes }), "p").ttlSeconds).toBe(seconds);
  });

  test.each([
    ["0", "0", "minutes"],
    ["", "", "minutes"],
    ["24", "1", "minutes"],
    ["0", "1441", "minutes"],
    ["25", "0", "hours"],
    ["1.5", "0", "hours"],
    ["-1", "61", "hours"],
    ["1e1", "0", "hours"],
    ["0", "2.5", "minutes"],
  ])("%s h %s min is refused at %s", (hours, minutes, field) => {
    expect(Object.keys(draftErrors(draft({ hours, minutes })))).toEqual([field]);
  });
});

describe("value", () => {
  test("accepts 64 KiB of UTF-8 and not one byte more", () => {
    expect(draftErrors(draft({ value: "x".repeat(65_536) }))).toEqual({});
    expect(draftErrors(draft({ value: "x".repeat(65_537) })).value).toContain("65,537 bytes");
    expect(draftErrors(draft({ value: "🔑".repeat(16_384) }))).toEqual({});
    expect(draftErrors(draft({ value: "🔑".repeat(16_385) }))).toHaveProperty("value");
  });

  test("counts bytes, not characters", () => {
    expect(utf8Bytes("aé漢🔑")).toBe(1 + 2 + 3 + 4);
  });

  test("accepts white space alone, but not an empty value", () => {
    expect(draftErrors(draft({ value: " \r\n" }))).toEqual({});
    expect(draftErrors(draft({ value: "" }))).toHaveProperty("value");
  });

  test("is sent unchanged, including line breaks and spaces", () => {
    expect(draftInput(draft({ value: "  a\r\nb  \n" }), "p").content).toEqual({ value: "  a\r\nb  \n" });
  });

  test("is refused if it is not well-formed text", () => {
    expect(draftErrors(draft({ value: "a\0b" }))).toHaveProperty("value");
    expect(draftErrors(draft({ value: "\ud83d" }))).toHaveProperty("value");
  });
});

describe("a generated value", () => {
  const generated = (changes: Partial<TtlSecretDraft>) => draft({ generate: true, value: "", ...changes });

  test.each(["1", "32", "1024"])("allows length %s", (length) => {
    expect(draftErrors(generated({ length }))).toEqual({});
    expect(draftInput(generated({ length }), "p").content).toEqual({
      generate: { length: Number(length), charset: "SYMBOLS" },
    });
  });

  test.each(["0", "1025", "", "-5", "1.5", "abc"])("refuses length “%s”", (length) => {
    expect(Object.keys(draftErrors(generated({ length })))).toEqual(["length"]);
  });

  test("ignores the length for a UUID", () => {
    const uuid = generated({ charset: "UUID", length: "0" });
    expect(draftErrors(uuid)).toEqual({});
    expect(draftInput(uuid, "p").content).toEqual({ generate: { length: 36, charset: "UUID" } });
  });

  test("neither validates nor sends a value typed before", () => {
    const switched = generated({ value: "x".repeat(70_000) });
    expect(draftErrors(switched)).toEqual({});
    expect(draftInput(switched, "p").content).not.toHaveProperty("value");
  });
});

test("errors are in field order, so that the first field gets the focus", () => {
  const errors = draftErrors(draft({ name: " ", value: "", hours: "0", minutes: "0" }));
  expect(Object.keys(errors)).toEqual(["name", "value", "minutes"]);
});

test("names are trimmed", () => {
  expect(draftInput(draft({ name: "  key  " }), "p").name).toBe("key");
});

describe("an error found only by the server", () => {
  test.each([
    ["name", "name"],
    ["ttlSeconds", "minutes"],
    ["value", "value"],
    ["length", "length"],
    ["charset", "charset"],
  ])("for %s is shown at %s", (field, place) => {
    expect(Object.keys(refusedFieldError(field, emptyDraft) ?? {})).toEqual([place]);
  });

  test("for the content as a whole is shown where it is entered", () => {
    expect(refusedFieldError("content", draft({}))).toHaveProperty("value");
    expect(refusedFieldError("content", draft({ generate: true }))).toHaveProperty("length");
  });

  test("for an unknown field is shown for the whole dialog", () => {
    expect(refusedFieldError("somethingNew", emptyDraft)).toBeNull();
    expect(refusedFieldError(null, emptyDraft)).toBeNull();
  });
});
