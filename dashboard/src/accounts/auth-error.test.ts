import { describe, expect, test } from "vitest";
import { accountFieldErrors, authRefusal } from "./auth-error.ts";

const refusal = (status: number, code: string | null, retryAfterHeader: string | null = null) =>
  authRefusal({ status, code, retryAfterHeader });

describe("a rejection by the sign-in service", () => {
  test("never reveals whether the email or the password was wrong", () => {
    expect(refusal(401, "INVALID_EMAIL_OR_PASSWORD").field).toBeNull();
  });

  test("is shown at the field it concerns", () => {
    expect(refusal(422, "ACCOUNT_NOT_CREATED").field).toBe("email");
    expect(refusal(422, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL").field).toBe("email");
    expect(refusal(400, "PASSWORD_TOO_SHORT").field).toBe("password");
    expect(refusal(400, "INVALID_EMAIL").field).toBe("email");
    expect(refusal(400, "INVALID_NAME").field).toBe("name");
  });

  test("states the wait of a rate limit", () => {
    expect(refusal(429, null, "45").text()).toContain("45 seconds");
    expect(refusal(429, null).text()).toContain("a minute");
  });

  test("reports a disabled account without blaming the email", () => {
    expect(refusal(403, "ACCOUNT_DISABLED")).toMatchObject({ field: null });
    expect(refusal(403, "ACCOUNT_DISABLED").text()).toMatch(/disabled/);
  });

  test("states what to do next, even for an unknown code", () => {
    for (const [status, code] of [
      [403, "SIGN_UP_CLOSED"],
      [403, "SET_UP_LINK_NEEDED"],
      [403, "ACCOUNT_DISABLED"],
      [403, null],
      [400, "SOMETHING_NEW"],
      [500, null],
    ] as const) {
      expect(refusal(status, code).text()).toMatch(/try again|ask/i);
    }
  });
});

describe("validation before a form is sent", () => {
  const good = { name: "Ada", email: "ada@example.com", password: "correct horse" };

  test("accepts a complete form", () => {
    expect(accountFieldErrors(good, "sign-up")).toEqual({});
    expect(accountFieldErrors({ ...good, password: "short" }, "sign-in")).toEqual({});
  });

  test("requires 12 to 128 characters in a new password", () => {
    expect(accountFieldErrors({ ...good, password: "x".repeat(11) }, "sign-up")).toHaveProperty("password");
    expect(accountFieldErrors({ ...good, password: "x".repeat(12) }, "sign-up")).toEqual({});
    expect(accountFieldErrors({ ...good, password: "x".repeat(128) }, "sign-up")).toEqual({});
    expect(accountFieldErrors({ ...good, password: "x".repeat(129) }, "sign-up")).toHaveProperty("password");
  });

  test("requires a name of one line and at most 200 characters", () => {
    expect(accountFieldErrors({ ...good, name: "x".repeat(200) }, "sign-up")).toEqual({});
    expect(accountFieldErrors({ ...good, name: "x".repeat(201) }, "sign-up")).toHaveProperty("name");
    expect(accountFieldErrors({ ...good, name: "Ada\nLovelace" }, "sign-up")).toHaveProperty("name");
  });

  test("reports each blank field", () => {
    const errors = accountFieldErrors({ name: " ", email: "ada", password: "" }, "sign-up");
    expect(Object.keys(errors).sort()).toEqual(["email", "name", "password"]);
  });
});
