import { describe, expect, test } from "vitest";
import { ApiError } from "../api/api-error.ts";
import { passwordChangeErrors, passwordChangeFailureText, passwordRefusal } from "./password-change.ts";

const refusal = (status: number, code: string | null, retryAfterHeader: string | null = null) =>
  passwordRefusal({ status, code, retryAfterHeader });

describe("a change of password is checked before it is sent", () => {
  const good = { currentPassword: "correct horse", newPassword: "battery staple" };

  test("what is complete passes, whatever the current password looks like", () => {
    expect(passwordChangeErrors(good)).toEqual({});
    expect(passwordChangeErrors({ ...good, currentPassword: "old" })).toEqual({});
  });

  test("both passwords are needed, and each says so by itself", () => {
    const errors = passwordChangeErrors({ currentPassword: "", newPassword: "" });
    expect(Object.keys(errors).sort()).toEqual(["currentPassword", "newPassword"]);
  });

  test("the new password has 12 to 128 characters", () => {
    for (const [length, refused] of [
      [11, true],
      [12, false],
      [128, false],
      [129, true],
    ] as const) {
      expect("newPassword" in passwordChangeErrors({ ...good, newPassword: "x".repeat(length) })).toBe(
        refused,
      );
    }
  });

  test("the new password is another one", () => {
    const same = passwordChangeErrors({ ...good, newPassword: good.currentPassword });
    expect(Object.keys(same)).toEqual(["newPassword"]);
    expect(same.newPassword?.()).toContain("another");
  });
});

describe("a refused change of password", () => {
  test("stands beside the field it is about", () => {
    expect(refusal(400, "INVALID_PASSWORD").field).toBe("currentPassword");
    expect(refusal(400, "PASSWORD_TOO_SHORT").field).toBe("newPassword");
    expect(refusal(400, "PASSWORD_TOO_LONG").field).toBe("newPassword");
  });

  test("is about the whole when no field is to blame", () => {
    for (const [refused, says] of [
      [refusal(401, "UNAUTHORIZED"), "Sign in"],
      [refusal(429, null, "45"), "45 seconds"],
      [refusal(400, "INVALID_EMAIL"), "email"],
      [refusal(500, null), "server"],
    ] as const) {
      expect(refused.field).toBeNull();
      expect(refused.text()).toContain(says);
    }
  });
});

test("without an answer nobody claims to know whether the password was changed", () => {
  expect(passwordChangeFailureText(new ApiError("UNREACHABLE"))).toContain("may or may not");
  expect(passwordChangeFailureText(new Error("hunter2"))).not.toContain("hunter2");
});
