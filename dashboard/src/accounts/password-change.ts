import { type ApiError, asApiError } from "../api/api-error.ts";
import { type Message, t } from "../i18n/i18n.ts";
import { errorText } from "../ui/error-text.ts";
import { type AuthFailure, authRefusal, passwordFits, passwordRule } from "./auth-error.ts";

/** What the server is asked to do. */
export interface PasswordChange {
  currentPassword: string;
  newPassword: string;
}

/** The fields of the dialog. */
export type PasswordField = keyof PasswordChange;

/** Why the password was not changed: at a field, or about the whole. */
export interface PasswordRefusal {
  field: PasswordField | null;
  text: Message;
}

/** What is wrong with the dialog's fields before they are sent; only those that are wrong are named. */
export function passwordChangeErrors(change: PasswordChange): Partial<Record<PasswordField, Message>> {
  const errors: Partial<Record<PasswordField, Message>> = {};
  if (change.currentPassword === "") {
    errors.currentPassword = () => t("accounts.enterCurrentPassword");
  }
  if (!passwordFits(change.newPassword)) errors.newPassword = passwordRule;
  // A password manager may have filled in the same one twice.
  else if (change.newPassword === change.currentPassword) {
    errors.newPassword = () => t("accounts.refused.samePassword");
  }
  return errors;
}

/** Puts a refusal of the sign-in service into plain words, beside the field it is about. */
export function passwordRefusal(failure: AuthFailure): PasswordRefusal {
  if (failure.status === 401) return { field: null, text: () => t("errors.sessionEnded") };
  // The same code as at sign-up, but here only the current password can be wrong in this way.
  if (failure.code === "INVALID_PASSWORD") {
    return { field: "currentPassword", text: () => t("accounts.refused.wrongPassword") };
  }
  const { field, text } = authRefusal(failure);
  return { field: field === "password" ? "newPassword" : null, text };
}

/** What to say when no answer came: the request may have arrived all the same. */
export function passwordChangeFailureText(thrown: unknown): string {
  const error: ApiError = asApiError(thrown);
  if (error.code !== "UNREACHABLE") return errorText(error);
  return t("accounts.passwordMaybeChanged");
}
