import { type ApiError, asApiError } from "../api/api-error.ts";
import { type Message, t } from "../i18n/i18n.ts";
import { errorText } from "../ui/error-text.ts";
import { type AuthFailure, authRefusal, passwordFits, passwordRule } from "./auth-error.ts";

/** Request body of a password change. */
export interface PasswordChange {
  currentPassword: string;
  newPassword: string;
}

/** Fields of the dialog. */
export type PasswordField = keyof PasswordChange;

/** Why the password was not changed. `field` is null if the error concerns the form as a whole. */
export interface PasswordRefusal {
  field: PasswordField | null;
  text: Message;
}

/** Validates the dialog before it is sent. Contains only the invalid fields. */
export function passwordChangeErrors(change: PasswordChange): Partial<Record<PasswordField, Message>> {
  const errors: Partial<Record<PasswordField, Message>> = {};
  if (change.currentPassword === "") {
    errors.currentPassword = () => t("accounts.enterCurrentPassword");
  }
  if (!passwordFits(change.newPassword)) errors.newPassword = passwordRule;
  // A password manager may have filled the same password into both fields.
  else if (change.newPassword === change.currentPassword) {
    errors.newPassword = () => t("accounts.refused.samePassword");
  }
  return errors;
}

/** Maps an error response of the sign-in service to a text and the field it concerns. */
export function passwordRefusal(failure: AuthFailure): PasswordRefusal {
  if (failure.status === 401) return { field: null, text: () => t("errors.sessionEnded") };
  // Sign-up uses the same code; here it can only mean the current password.
  if (failure.code === "INVALID_PASSWORD") {
    return { field: "currentPassword", text: () => t("accounts.refused.wrongPassword") };
  }
  const { field, text } = authRefusal(failure);
  return { field: field === "password" ? "newPassword" : null, text };
}

/** Text for a request without a response. The server may have processed it. */
export function passwordChangeFailureText(thrown: unknown): string {
  const error: ApiError = asApiError(thrown);
  if (error.code !== "UNREACHABLE") return errorText(error);
  return t("accounts.passwordMaybeChanged");
}
