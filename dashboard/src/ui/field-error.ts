import type { ApiError } from "../api/api-error.ts";

/** Field of a rejected input: the last part of its path, so `input.content.value` is `value`. */
export function refusedField(error: ApiError): string | null {
  if (error.code !== "BAD_USER_INPUT") return null;
  return error.field?.split(".").at(-1) || null;
}
