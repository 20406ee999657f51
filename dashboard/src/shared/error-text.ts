import type { ApiError } from "./api-error.ts";
import { spokenDuration } from "./duration.ts";

/** What happened and what to do about it, in one or two plain sentences. */
export function errorText(error: ApiError): string {
  switch (error.code) {
    case "UNREACHABLE":
      return "We can't reach the server. Check your connection, then try again.";
    case "RATE_LIMITED":
      return `Too many requests. Wait ${waitingTime(error)}, then try again.`;
    case "OVERLOADED":
      return "The server is busy. Nothing was changed. Try again in a few seconds.";
    case "UNAUTHENTICATED":
      return "Your session has ended. Sign in again.";
    case "FORBIDDEN":
      return "Your role doesn't allow this. Ask an owner of the vault to do it.";
    case "NOT_FOUND":
      return "This no longer exists, or it isn't yours. Reload the page to see what is there now.";
    case "BAD_USER_INPUT":
      return "The server didn't accept what was entered. Check the fields, then try again.";
    case "INTERNAL":
      return "Something went wrong on the server. Try again; if it keeps failing, tell whoever runs it.";
  }
}

/** "30 seconds" when the server said how long, otherwise "a minute". */
export function waitingTime(error: ApiError): string {
  return error.retryAfterSeconds === null ? "a minute" : spokenDuration(Math.max(1, error.retryAfterSeconds));
}
