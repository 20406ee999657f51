import { describe, expect, test } from "vitest";
import { ApiError, asApiError, seconds, toApiError } from "./api-error.ts";

describe("toApiError", () => {
  test("keeps code, field and retry delay", () => {
    const error = toApiError({
      status: 200,
      errors: [{ message: "x", extensions: { code: "BAD_USER_INPUT", field: "input.name" } }],
    });
    expect(error).toMatchObject({ code: "BAD_USER_INPUT", field: "input.name", retryAfterSeconds: null });
    const limited = toApiError({
      status: 429,
      errors: [{ extensions: { code: "RATE_LIMITED", retryAfterSeconds: 12 } }],
    });
    expect(limited).toMatchObject({ code: "RATE_LIMITED", retryAfterSeconds: 12 });
  });

  test("drops the server's message and the client's input", () => {
    const error = toApiError({
      status: 400,
      errors: [{ message: "bad: hunter2", extensions: { code: "BAD_USER_INPUT", value: "hunter2" } }],
    });
    expect(`${error.message}${error.stack}${JSON.stringify(error)}`).not.toContain("hunter2");
  });

  test("derives an unknown code from the HTTP status", () => {
    expect(toApiError({ status: 401 }).code).toBe("UNAUTHENTICATED");
    expect(toApiError({ status: 429, retryAfterHeader: "7" })).toMatchObject({
      code: "RATE_LIMITED",
      retryAfterSeconds: 7,
    });
    expect(toApiError({ status: 503, errors: "<html>" }).code).toBe("UNREACHABLE");
    expect(toApiError({ status: 200, errors: [{ extensions: { code: "SOMETHING_NEW" } }] }).code).toBe(
      "INTERNAL",
    );
    expect(toApiError({ status: 200, errors: [null] }).code).toBe("INTERNAL");
  });
});

test("asApiError drops the message of an unknown exception", () => {
  expect(asApiError(new Error("variables: hunter2")).message).toBe("INTERNAL");
  const own = new ApiError("NOT_FOUND");
  expect(asApiError(own)).toBe(own);
});

test("accepts Retry-After only as whole seconds", () => {
  expect(seconds("30")).toBe(30);
  for (const header of [null, undefined, "", "soon", "-1", "1.5", "Wed, 21 Oct 2015 07:28:00 GMT"]) {
    expect(seconds(header)).toBeNull();
  }
});
