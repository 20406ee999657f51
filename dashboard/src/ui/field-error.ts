import type { ApiError } from "../api/api-error.ts";

/** The field a refused input was about, by the last part of its path: `input.content.value` is `value`. */
export function refusedField(error: ApiError): string | null {
  if (error.code !== "BAD_USER_INPUT") return null;
  return error.field?.split(".").at(-1) || null;
}
