import { ApiError, seconds } from "../api/api-error.ts";
import { type Message, t } from "../i18n/i18n.ts";
import { errorText, waitingTime } from "../ui/error-text.ts";
import { maxNameLength, nameProblem } from "../ui/name-rule.ts";

/** Length limits of a password, in characters. The server enforces the same. */
export const passwordLength = { min: 12, max: 128 };

/** Fields of the sign-in and sign-up forms. */
export type AccountField = "name" | "email" | "password";

/** Why sign-in or sign-up failed. `field` is null if the error concerns the form as a whole. */
export interface AuthRefusal {
  field: AccountField | null;
  text: Message;
}

/** Error response of the sign-in service. */
export interface AuthFailure {
  status: number;
  code: string | null;
  retryAfterHeader: string | null;
}

/** Maps an error response of the sign-in service to a text and the field it concerns. */
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
  if (code === "SET_UP_LINK_NEEDED") {
    return { field: null, text: () => t("accounts.setUpLinkNeeded") };
  }
  // The previous release, which may run alongside this one, answers with the first code.
  if (code.startsWith("USER_ALREADY_EXISTS") || code === "ACCOUNT_NOT_CREATED") {
    return { field: "email", text: () => t("accounts.refused.emailNotUsable") };
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

/** Password rule as shown in the form. */
export const passwordRule: Message = () => t("accounts.passwordRule", passwordLength);

/** Validates a form before it is sent. Contains only the invalid fields. */
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

/** Whether a new password has an allowed length. */
export function passwordFits(password: string): boolean {
  return password.length >= passwordLength.min && password.length <= passwordLength.max;
}
