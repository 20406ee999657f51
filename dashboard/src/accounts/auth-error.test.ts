import { describe, expect, test } from "vitest";
import { accountFieldErrors, authRefusal } from "./auth-error.ts";

const refusal = (status: number, code: string | null, retryAfterHeader: string | null = null) =>
  authRefusal({ status, code, retryAfterHeader });

describe("a refusal of the sign-in service", () => {
  test("never tells whether the e-mail or the password was wrong", () => {
    expect(refusal(401, "INVALID_EMAIL_OR_PASSWORD").field).toBeNull();
  });

  test("stands beside the field it is about", () => {
    expect(refusal(422, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL").field).toBe("email");
    expect(refusal(400, "PASSWORD_TOO_SHORT").field).toBe("password");
    expect(refusal(400, "INVALID_EMAIL").field).toBe("email");
    expect(refusal(400, "INVALID_NAME").field).toBe("name");
  });

  test("names the waiting time of a rate limit", () => {
    expect(refusal(429, null, "45").text()).toContain("45 seconds");
    expect(refusal(429, null).text()).toContain("a minute");
  });

  test("says that the account is disabled, and not that the address is wrong", () => {
    expect(refusal(403, "ACCOUNT_DISABLED")).toMatchObject({ field: null });
    expect(refusal(403, "ACCOUNT_DISABLED").text()).toMatch(/disabled/);
  });

  test("says what to do, for unknown codes too", () => {
    for (const [status, code] of [
      [403, "SIGN_UP_CLOSED"],
      [403, "ACCOUNT_DISABLED"],
      [403, null],
      [400, "SOMETHING_NEW"],
      [500, null],
    ] as const) {
      expect(refusal(status, code).text()).toMatch(/try again|ask/i);
    }
  });
});

describe("a form is checked before it is sent", () => {
  const good = { name: "Ada", email: "ada@example.com", password: "correct horse" };

  test("what is complete passes", () => {
    expect(accountFieldErrors(good, "sign-up")).toEqual({});
    expect(accountFieldErrors({ ...good, password: "short" }, "sign-in")).toEqual({});
  });

  test("a new password has 12 to 128 characters", () => {
    expect(accountFieldErrors({ ...good, password: "x".repeat(11) }, "sign-up")).toHaveProperty("password");
    expect(accountFieldErrors({ ...good, password: "x".repeat(12) }, "sign-up")).toEqual({});
    expect(accountFieldErrors({ ...good, password: "x".repeat(128) }, "sign-up")).toEqual({});
    expect(accountFieldErrors({ ...good, password: "x".repeat(129) }, "sign-up")).toHaveProperty("password");
  });

  test("a name is one line of at most 200 characters", () => {
    expect(accountFieldErrors({ ...good, name: "x".repeat(200) }, "sign-up")).toEqual({});
    expect(accountFieldErrors({ ...good, name: "x".repeat(201) }, "sign-up")).toHaveProperty("name");
    expect(accountFieldErrors({ ...good, name: "Ada\nLovelace" }, "sign-up")).toHaveProperty("name");
  });

  test("blank fields are named, each by itself", () => {
    const errors = accountFieldErrors({ name: " ", email: "ada", password: "" }, "sign-up");
    expect(Object.keys(errors).sort()).toEqual(["email", "name", "password"]);
  });
});
