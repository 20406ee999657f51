import type { ApiError } from "../api/api-error.ts";
import { t } from "../i18n/i18n.ts";
import { spokenDuration } from "./duration.ts";

/** Text of an error: what happened and what to do, in one or two sentences. */
export function errorText(error: ApiError): string {
  switch (error.code) {
    case "UNREACHABLE":
      return t("errors.unreachable");
    case "RATE_LIMITED":
      return t("errors.rateLimited", { time: waitingTime(error) });
    case "OVERLOADED":
      return t("errors.overloaded");
    case "UNAUTHENTICATED":
      return t("errors.sessionEnded");
    case "FORBIDDEN":
      return t("errors.forbidden");
    case "NOT_FOUND":
      return t("errors.notFound");
    case "BAD_USER_INPUT":
      return t("errors.badInput");
    case "INTERNAL":
      return t("errors.internal");
  }
}

/** Wait of a rate limit: "30 seconds" if the server stated it, otherwise "a minute". */
export function waitingTime(error: ApiError): string {
  return error.retryAfterSeconds === null
    ? t("time.aMinute")
    : spokenDuration(Math.max(1, error.retryAfterSeconds));
}
