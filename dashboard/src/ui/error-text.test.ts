import { expect, test } from "vitest";
import { ApiError, type ApiErrorCode } from "../api/api-error.ts";
import { errorText } from "./error-text.ts";

const codes: ApiErrorCode[] = [
  "UNAUTHENTICATED",
  "NOT_FOUND",
  "BAD_USER_INPUT",
  "RATE_LIMITED",
  "OVERLOADED",
  "FORBIDDEN",
  "INTERNAL",
  "UNREACHABLE",
];

test.each(codes)("the text of %s states what to do and never shows the code", (code) => {
  const text = errorText(new ApiError(code));
  expect(text).toMatch(/\b(try again|Sign in|Ask|Reload)\b/i);
  expect(text).not.toContain(code);
});

test("a rate limit states the wait", () => {
  expect(errorText(new ApiError("RATE_LIMITED", { retryAfterSeconds: 90 }))).toContain("1 minute 30 seconds");
  expect(errorText(new ApiError("RATE_LIMITED", { retryAfterSeconds: 0 }))).toContain("1 second,");
  expect(errorText(new ApiError("RATE_LIMITED"))).toContain("a minute");
});
