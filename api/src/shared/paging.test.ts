import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { AppError } from "./errors.ts";
import { encodeCursor, isId, pageRequest, toPage } from "./paging.ts";

/** The field a refusal is about; undefined when there is none. */
function refusedField(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError && error.code === "BAD_USER_INPUT") return error.details.field;
    throw error;
  }
}

const id = "0d9f5a34-8b1c-4b7a-a2d3-5e6f7a8b9c0d";
const at = new Date("2026-01-01T00:00:00.123Z");

describe("a page", () => {
  test.each([1, 2, 50, 199, 200])("may have %i rows", (first) => {
    expect(pageRequest(first, undefined)).toEqual({ first, after: undefined });
  });

  test.each([0, -1, 201, 2_147_483_647, -2_147_483_648])("may not have %i rows", (first) => {
    expect(refusedField(() => pageRequest(first, undefined))).toBe("first");
  });

  test.each([undefined, null])("without a cursor is the first: %s", (after) => {
    expect(pageRequest(10, after).after).toBeUndefined();
  });

  test("has a next page exactly when one more row was found", () => {
    const page = pageRequest(2, undefined);
    expect(toPage([], page)).toEqual({ rows: [], hasNextPage: false });
    expect(toPage(["a"], page)).toEqual({ rows: ["a"], hasNextPage: false });
    expect(toPage(["a", "b"], page)).toEqual({ rows: ["a", "b"], hasNextPage: false });
    expect(toPage(["a", "b", "c"], page)).toEqual({ rows: ["a", "b"], hasNextPage: true });
  });
});

describe("a cursor", () => {
  test.each([new Date(0), at, new Date("2038-01-19T03:14:08.000Z"), new Date("9999-12-31T23:59:59.999Z")])(
    "decodes to its millisecond and row: %s",
    (time) => {
      const position = { at: time, id: randomUUID() };
      expect(pageRequest(10, encodeCursor(position)).after).toEqual(position);
    },
  );

  test("is base64url, which is safe in a URL", () => {
    expect(encodeCursor({ at, id })).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  const encoded = (text: string) => Buffer.from(text).toString("base64url");
  test.each([
    ["nothing", ""],
    ["text", "hello"],
    ["white space", "  "],
    ["a cursor cut short", encodeCursor({ at, id }).slice(0, -2)],
    ["a cursor with more after it", encoded(`${at.getTime()}:${id}0`)],
    ["a cursor with a line after it", encoded(`${at.getTime()}:${id}\n`)],
    ["no time", encoded(`:${id}`)],
    ["no id", encoded(`${at.getTime()}:`)],
    ["a time that is no number", encoded(`NaN:${id}`)],
    ["a time with a sign", encoded(`-1:${id}`)],
    ["a time with a fraction", encoded(`1.5:${id}`)],
    ["a time in exponents", encoded(`1e3:${id}`)],
    ["a time of 16 digits", encoded(`1767225600000000:${id}`)],
    // PostgreSQL does not read `+010000-…`, as toISOString writes it: such a cursor would be an INTERNAL error.
    ["a time past the year 9999", encoded(`253402300800000:${id}`)],
    ["the latest time of 15 digits", encoded(`999999999999999:${id}`)],
    ["an id in capitals", encoded(`${at.getTime()}:${id.toUpperCase()}`)],
    ["an id of 36 hyphens", encoded(`${at.getTime()}:${"-".repeat(36)}`)],
    ["an id without hyphens", encoded(`${at.getTime()}:${"0".repeat(36)}`)],
    ["SQL", encoded(`0:${id}' OR true --`)],
    ["another separator", encoded(`${at.getTime()}|${id}`)],
    ["NUL", "\0"],
    ["64 KiB", "A".repeat(65_536)],
  ])("is refused when it was not made here: %s", (_, after) => {
    expect(refusedField(() => pageRequest(10, after))).toBe("after");
  });

  test("is not repeated in the error", () => {
    expect(() => pageRequest(10, "hunter2")).toThrow(/^(?!.*hunter2).*$/s);
  });
});

describe("an id", () => {
  test.each(["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", randomUUID()])(
    "is a UUID in lower case: %s",
    (text) => {
      expect(isId(text)).toBe(true);
    },
  );

  test.each([
    "",
    "1",
    id.toUpperCase(),
    id.replaceAll("-", ""),
    `{${id}}`,
    ` ${id}`,
    `${id}\n`,
    `${id}0`,
    id.slice(1),
    id.replace("0d", "0g"),
    `urn:uuid:${id}`,
  ])("is nothing else: %j", (text) => {
    expect(isId(text)).toBe(false);
  });
});
