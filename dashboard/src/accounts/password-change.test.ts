import { describe, expect, test } from "vitest";
import { ApiError } from "../api/api-error.ts";
import { passwordChangeErrors, passwordChangeFailureText, passwordRefusal } from "./password-change.ts";

const refusal = (status: number, code: string | null, retryAfterHeader: string | null = null) =>
  passwordRefusal({ status, code, retryAfterHeader });

describe("validation before a password change is sent", () => {
  const good = { currentPassword: "correct horse", newPassword: "battery staple" };

  test("accepts a complete form with any current password", () => {
    expect(passwordChangeErrors(good)).toEqual({});
    expect(passwordChangeErrors({ ...good, currentPassword: "old" })).toEqual({});
  });

  test("requires both passwords and reports each one", () => {
    const errors = passwordChangeErrors({ currentPassword: "", newPassword: "" });
    expect(Object.keys(errors).sort()).toEqual(["currentPassword", "newPassword"]);
  });

  test("requires 12 to 128 characters in the new password", () => {
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

  test("requires a new password that differs from the current one", () => {
    const same = passwordChangeErrors({ ...good, newPassword: good.currentPassword });
    expect(Object.keys(same)).toEqual(["newPassword"]);
    expect(same.newPassword?.()).toContain("another");
  });
});

describe("a rejected password change", () => {
  test("is shown at the field it concerns", () => {
    expect(refusal(400, "INVALID_PASSWORD").field).toBe("currentPassword");
    expect(refusal(400, "PASSWORD_TOO_SHORT").field).toBe("newPassword");
    expect(refusal(400, "PASSWORD_TOO_LONG").field).toBe("newPassword");
  });

  test("is shown for the whole form when it concerns no field", () => {
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

test("leaves open whether the password changed when no response arrived", () => {
  expect(passwordChangeFailureText(new ApiError("UNREACHABLE"))).toContain("may or may not");
  expect(passwordChangeFailureText(new Error("hunter2"))).not.toContain("hunter2");
});
