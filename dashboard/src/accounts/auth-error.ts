import { ApiError, seconds } from "../api/api-error.ts";
import { type Message, t } from "../i18n/i18n.ts";
import { errorText, waitingTime } from "../ui/error-text.ts";
import { maxNameLength, nameProblem } from "../ui/name-rule.ts";

/** Passwords are this long; the server holds to the same. */
export const passwordLength = { min: 12, max: 128 };

/** The fields of the sign-in and sign-up forms. */
export type AccountField = "name" | "email" | "password";

/** Why signing in or up did not work: at a field, or about the whole. */
export interface AuthRefusal {
  field: AccountField | null;
  text: Message;
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
    const limited = new ApiError("RATE_LIMITED", { retryAfterSeconds });
    return { field: null, text: () => t("accounts.refused.tooMany", { time: waitingTime(limited) }) };
  }
  if (code === "INVALID_EMAIL_OR_PASSWORD") {
    return { field: null, text: () => t("accounts.refused.noMatch") };
  }
  if (code === "ACCOUNT_DISABLED") {
    return { field: null, text: () => t("accounts.refused.accountDisabled") };
  }
  if (code === "SIGN_UP_CLOSED") {
    return { field: null, text: () => t("accounts.refused.signUpClosed") };
  }
  if (code.startsWith("USER_ALREADY_EXISTS")) {
    return { field: "email", text: () => t("accounts.refused.emailTaken") };
  }
  if (code === "INVALID_NAME") {
    return { field: "name", text: () => t("accounts.refused.name", { max: maxNameLength }) };
  }
  if (code === "INVALID_EMAIL") return { field: "email", text: () => t("accounts.enterEmail") };
  if (code === "PASSWORD_TOO_SHORT" || code === "PASSWORD_TOO_LONG") {
    return { field: "password", text: passwordRule };
  }
  if (code === "INVALID_PASSWORD") return { field: "password", text: () => t("accounts.enterPassword") };
  if (failure.status === 403) {
    return { field: null, text: () => t("accounts.refused.foreignOrigin") };
  }
  if (failure.status >= 500) return { field: null, text: () => errorText(new ApiError("INTERNAL")) };
  return { field: null, text: () => t("accounts.refused.unknown") };
}

/** The rule for passwords, as the form says it. */
export const passwordRule: Message = () => t("accounts.passwordRule", passwordLength);

/** What is wrong with a form before it is sent; only the fields that are wrong are named. */
export function accountFieldErrors(
  draft: { name?: string; email: string; password: string },
  action: "sign-in" | "sign-up",
): Partial<Record<AccountField, Message>> {
  const errors: Partial<Record<AccountField, Message>> = {};
  const nameError = action === "sign-up" && nameProblem(draft.name ?? "");
  if (nameError) errors.name = () => nameProblem(draft.name ?? "") ?? "";
  if (!/^[^\s@]+@[^\s@]+$/.test(draft.email.trim())) {
    errors.email = () => t("accounts.enterEmail");
  }
  if (draft.password === "") {
    errors.password = action === "sign-up" ? passwordRule : () => t("accounts.enterPassword");
  } else if (action === "sign-up" && !passwordFits(draft.password)) errors.password = passwordRule;
  return errors;
}

/** Whether a new password keeps to the rule. */
export function passwordFits(password: string): boolean {
  return password.length >= passwordLength.min && password.length <= passwordLength.max;
}
