import { WORDS } from "../passphrase/passphrase.ts";
import type { Notice, PauseReason, State } from "../state.ts";
import { type Screen, type ScreenName, say, sayDuration, sayScreen } from "./catalogue.ts";

/** Countdown of a wait. */
export function waitText(seconds: number): string {
  return say("wait", { time: sayDuration(seconds) });
}

/** Remaining time of the secret: in minutes, and in seconds for the last ten minutes. */
export function timeLeftText(seconds: number): string {
  return say("timeLeft", { time: sayDuration(seconds < 600 ? seconds : seconds - (seconds % 60)) });
}

/** How many of the six words have been typed. */
export function wordCountText(words: number): string {
  return say("wordCount", { count: words, total: WORDS });
}

/** Message at the passphrase field. */
export function noticeText(notice: Notice): string {
  switch (notice.kind) {
    case "blank":
      return say("noticeBlank");
    case "link":
      return say("noticeLink");
    case "tooLong":
      return say("noticeTooLong");
    case "wordCount":
      return say("noticeWordCount", { count: notice.words });
    case "listLoading":
      return say("noticeListLoading");
    case "unknownWord":
      return say("noticeUnknownWord", { at: notice.at });
    case "rejected":
      return say("noticeRejected");
    case "unchecked":
      return say("noticeUnchecked", { button: say("submit") });
    case "stillThere":
      return say("noticeStillThere");
  }
}

/** Texts of a state. They never claim more than the page knows. */
export function screenFor(state: State): Screen {
  return sayScreen(screenNameFor(state));
}

/** Key of a state's screen. */
export function screenNameFor(state: State): ScreenName {
  if (state.kind !== "paused") return state.kind;
  return state.during === "open" ? PAUSED_OPENING[state.reason] : PAUSED_CHECKING[state.reason];
}

/** Paused with a passphrase in the field: the attempt was certainly not made. */
const PAUSED_OPENING: Record<Exclude<PauseReason, "unreachable">, ScreenName> = {
  offline: "openOffline",
  overloaded: "openOverloaded",
  rateLimited: "openRateLimited",
  forbidden: "openForbidden",
};

/** Paused while checking: the check did not use the link, but an earlier attempt may have. */
const PAUSED_CHECKING: Record<PauseReason, ScreenName> = {
  offline: "checkOffline",
  unreachable: "checkUnreachable",
  overloaded: "checkOverloaded",
  rateLimited: "checkRateLimited",
  forbidden: "checkForbidden",
};
