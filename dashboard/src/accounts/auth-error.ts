import { ApiError, seconds } from "../shared/api-error.ts";
import { errorText, waitingTime } from "../shared/error-text.ts";
import { maxNameLength, nameProblem } from "../shared/name-rule.ts";

/** Passwords are this long; the server holds to the same. */
export const passwordLength = { min: 12, max: 128 };

/** The fields of the sign-in and sign-up forms. */
export type AccountField = "name" | "email" | "password";

/** Why signing in or up did not work: at a field, or about the whole. */
export interface AuthRefusal {
  field: AccountField | null;
  text: string;
}

/** What the sign-in service answers in place of success. */
export interface AuthFailure {
  status: number;
  code: string | null;
  retryAfterHeader: string | null;
}

/** Puts a refusal of the sign-in service into plain words, beside the field it is about. */
export function authRefusal(failure: AuthFailure): AuthRefusal {
  const code = failure.code ?? "";
  if (failure.status === 429) {
    const retryAfterSeconds = seconds(failure.retryAfterHeader);
    const wait = waitingTime(new ApiError("RATE_LIMITED", { retryAfterSeconds }));
    return { field: null, text: `Too many tries. Wait ${wait}, then try again.` };
  }
  if (code === "INVALID_EMAIL_OR_PASSWORD") {
    return { field: null, text: "E-mail and password don't match an account. Check both, then try again." };
  }
  if (code === "SIGN_UP_CLOSED") {
    return {
      field: null,
      text: "New accounts can't be made here. Sign in, or ask whoever runs this server for one.",
    };
  }
  if (code.startsWith("USER_ALREADY_EXISTS")) {
    return { field: "email", text: "This e-mail already has an account. Sign in instead." };
  }
  if (code === "INVALID_NAME") {
    return { field: "name", text: `Use 1 to ${maxNameLength} characters on a single line.` };
  }
  if (code === "INVALID_EMAIL") return { field: "email", text: "Enter a complete e-mail address." };
  if (code === "PASSWORD_TOO_SHORT" || code === "PASSWORD_TOO_LONG") {
    return { field: "password", text: passwordRule };
  }
  if (code === "INVALID_PASSWORD") return { field: "password", text: "Enter your password." };
  if (failure.status === 403) {
    return {
      field: null,
      text: "The server doesn't take this from here. Open the dashboard at its own address, then try again.",
    };
  }
  if (failure.status >= 500) return { field: null, text: errorText(new ApiError("INTERNAL")) };
  return { field: null, text: "The server didn't accept this. Check what you entered, then try again." };
}

/** The rule for passwords, as the form says it. */
export const passwordRule = `Use ${passwordLength.min} to ${passwordLength.max} characters.`;

/** What is wrong with a form before it is sent; only the fields that are wrong are named. */
export function accountFieldErrors(
  draft: { name?: string; email: string; password: string },
  action: "sign-in" | "sign-up",
): Partial<Record<AccountField, string>> {
  const errors: Partial<Record<AccountField, string>> = {};
  const nameError = action === "sign-up" ? nameProblem(draft.name ?? "") : null;
  if (nameError) errors.name = nameError;
  if (!/^[^\s@]+@[^\s@]+$/.test(draft.email.trim())) errors.email = "Enter a complete e-mail address.";
  if (draft.password === "") errors.password = action === "sign-up" ? passwordRule : "Enter your password.";
  else if (action === "sign-up" && !passwordFits(draft.password)) errors.password = passwordRule;
  return errors;
}

/** Whether a new password keeps to the rule. */
export function passwordFits(password: string): boolean {
  return password.length >= passwordLength.min && password.length <= passwordLength.max;
}
