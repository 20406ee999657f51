import type { Link } from "./link.ts";
import type { CheckOutcome, Refusal, RevealOutcome } from "./outcome.ts";
import { checkPassphrase, type PassphraseProblem, type WordList } from "./passphrase/passphrase.ts";

/** Why the page has to wait. The secret is untouched in all cases. */
export type PauseReason = "offline" | "unreachable" | "overloaded" | "rateLimited" | "forbidden";

/**
 * State of the page. The passphrase exists only in `opening` and the value only in `revealed`: leaving the state
 * discards them.
 */
export type State =
  /** `inDoubt`: an attempt got no response, and this check finds out what happened. */
  | { readonly kind: "checking"; readonly inDoubt: boolean }
  | { readonly kind: "asking"; readonly notice: Notice | null }
  | { readonly kind: "opening"; readonly passphrase: string }
  /** `copied` and `saved`: what the recipient did with the value; leaving the page then no longer loses it. */
  | { readonly kind: "revealed"; readonly value: string; readonly copied: boolean; readonly saved: boolean }
  | { readonly kind: "destroyed" }
  | { readonly kind: "notAvailable" }
  /** The vault or the token can't be read from the link. */
  | { readonly kind: "damagedLink" }
  /** Expired while the page was open. */
  | { readonly kind: "expired" }
  | Paused
  | { readonly kind: "unknown" }
  | { readonly kind: "cleared" };

/** Rejected while checking or opening. `until` is when a retry makes sense; null means now. */
export type Paused = { readonly kind: "paused"; readonly until: number | null; readonly inDoubt: boolean } & (
  | { readonly during: "check"; readonly reason: PauseReason }
  /** Once a request has started, an unreachable server is `unknown`: the request may have arrived. */
  | { readonly during: "open"; readonly reason: Exclude<PauseReason, "unreachable"> }
);

/** Message at the passphrase field. */
export type Notice =
  | PassphraseProblem
  | { readonly kind: "rejected" }
  | { readonly kind: "stillThere" }
  /** The word list is missing, so the recipient has to confirm the words. `since` is when that was asked. */
  | { readonly kind: "unchecked"; readonly since: number };

/** In ms. An earlier second press is a double click, not a decision. */
const CONFIRM_AFTER = 1000;

/** Events of the page. Times are in milliseconds and passed in. */
export type PageEvent =
  | { readonly type: "checked"; readonly outcome: CheckOutcome; readonly now: number }
  | { readonly type: "submitted"; readonly input: string; readonly list: WordList; readonly now: number }
  /** The words in the field changed. */
  | { readonly type: "edited" }
  | { readonly type: "answered"; readonly outcome: RevealOutcome; readonly now: number }
  | { readonly type: "retried" }
  | { readonly type: "waited" }
  | { readonly type: "copied" }
  | { readonly type: "saved" }
  /** The secret's remaining time is over, by a clock that started with the server's response. */
  | { readonly type: "expired" }
  | { readonly type: "cameOnline" }
  /** The page was left: closed, navigated away from, or put into the back/forward cache. */
  | { readonly type: "left" }
  /** The browser restored the page from the back/forward cache. */
  | { readonly type: "restored" };

/** Initial state. An invalid link needs no request. */
export function initialState(link: Link | null): State {
  return link ? { kind: "checking", inDoubt: false } : { kind: "damagedLink" };
}

/** The state after an event. Events that don't apply to it (late responses, double clicks) change nothing. */
export function next(state: State, event: PageEvent): State {
  switch (event.type) {
    case "checked":
      if (state.kind === "checking") return afterCheck(state.inDoubt, event.outcome, event.now);
      // A background check: only a definite result may interrupt typing.
      return isLeftOpen(state) && event.outcome.kind === "notAvailable" ? { kind: "notAvailable" } : state;
    case "submitted":
      return canSubmit(state) ? afterSubmit(state, event) : state;
    case "edited":
      // A confirmation is for the words that it was asked for.
      return noticeOf(state)?.kind === "unchecked" ? { kind: "asking", notice: null } : state;
    case "answered":
      return state.kind === "opening" ? afterReveal(event.outcome, event.now) : state;
    case "retried":
      return afterRetry(state);
    case "waited":
      return state.kind === "paused" && state.until !== null ? { ...state, until: null } : state;
    case "copied":
      return state.kind === "revealed" && !state.copied ? { ...state, copied: true } : state;
    case "saved":
      return state.kind === "revealed" && !state.saved ? { ...state, saved: true } : state;
    case "expired":
      return isLeftOpen(state) ? { kind: "expired" } : state;
    case "cameOnline":
      return state.kind === "paused" && state.reason === "offline" ? afterRetry(state) : state;
    case "left":
      if (state.kind === "revealed") return { kind: "cleared" };
      return state.kind === "opening" ? { kind: "unknown" } : state;
    case "restored":
      // Hours may have passed, so check again before anything is typed.
      return state.kind === "asking" ? { kind: "checking", inDoubt: false } : state;
  }
}

/** Whether submitting the field has an effect. */
export function canSubmit(state: State): boolean {
  return state.kind === "asking" || (state.kind === "paused" && state.during === "open" && !state.until);
}

/** Whether the attempt is still to be made, so that the remaining time matters. */
export function isLeftOpen(state: State): boolean {
  return state.kind === "asking" || (state.kind === "paused" && state.during === "open");
}

/** Whether the page asks again because the input was invalid. */
export function isRefusal(state: State): boolean {
  return state.kind === "asking" && state.notice !== null && state.notice.kind !== "stillThere";
}

/** Whether leaving the page would lose something irrecoverable. */
export function wouldLose(state: State): boolean {
  return state.kind === "opening" || (state.kind === "revealed" && !state.copied && !state.saved);
}

/** Whole seconds until a retry makes sense, never negative. */
export function secondsUntil(until: number, now: number): number {
  return Math.max(0, Math.ceil((until - now) / 1000));
}

function afterCheck(inDoubt: boolean, outcome: CheckOutcome, now: number): State {
  switch (outcome.kind) {
    case "available":
      return { kind: "asking", notice: inDoubt ? { kind: "stillThere" } : null };
    case "notAvailable":
    case "damagedLink":
      return { kind: outcome.kind };
    case "offline":
      return { kind: "paused", during: "check", reason: "offline", until: null, inDoubt };
    case "failed":
      return { kind: "paused", during: "check", reason: "unreachable", until: null, inDoubt };
    case "refused":
      return { kind: "paused", during: "check", ...refused(outcome, now), inDoubt };
  }
}

function afterSubmit(state: State, { input, list, now }: Extract<PageEvent, { type: "submitted" }>): State {
  const check = checkPassphrase(input, list);
  if (!check.ok) return { kind: "asking", notice: check.problem };
  const asked = noticeOf(state);
  if (list === "missing" && asked?.kind !== "unchecked") {
    return { kind: "asking", notice: { kind: "unchecked", since: now } };
  }
  if (list === "missing" && asked?.kind === "unchecked" && now - asked.since < CONFIRM_AFTER) return state;
  return { kind: "opening", passphrase: check.passphrase };
}

const noticeOf = (state: State) => (state.kind === "asking" ? state.notice : null);

function afterReveal(outcome: RevealOutcome, now: number): State {
  switch (outcome.kind) {
    case "revealed":
      return { kind: "revealed", value: outcome.value, copied: false, saved: false };
    case "destroyed":
    case "notAvailable":
    case "unknown":
      return { kind: outcome.kind };
    case "badInput":
      return { kind: "asking", notice: { kind: "rejected" } };
    case "offline":
      return { kind: "paused", during: "open", reason: "offline", until: null, inDoubt: false };
    case "refused":
      return { kind: "paused", during: "open", ...refused(outcome, now), inDoubt: false };
  }
}

/** Repeats only checks. Attempts are repeated by the recipient alone, with the submit button. */
function afterRetry(state: State): State {
  if (state.kind === "unknown") return { kind: "checking", inDoubt: true };
  if (state.kind === "paused" && state.during === "check" && !state.until) {
    return { kind: "checking", inDoubt: state.inDoubt };
  }
  return state;
}

function refused(outcome: Refusal, now: number) {
  const until = outcome.waitSeconds > 0 ? now + outcome.waitSeconds * 1000 : null;
  return { reason: outcome.reason, until };
}
