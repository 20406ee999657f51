import { expect, test } from "vitest";
import { ApiError } from "../api/api-error.ts";
import { refusedField } from "./field-error.ts";

const refused = (field: string | null) => refusedField(new ApiError("BAD_USER_INPUT", { field }));

test("the last part of the path names the field", () => {
  expect(refused("name")).toBe("name");
  expect(refused("input.content.generate.length")).toBe("length");
  expect(refused("content.value")).toBe("value");
});

test("without a path there is no field", () => {
  expect(refused(null)).toBeNull();
  expect(refused("")).toBeNull();
  expect(refusedField(new ApiError("INTERNAL", { field: "name" }))).toBeNull();
});
