import type { Link } from "./link.ts";
import type { CheckOutcome, Refusal, RevealOutcome } from "./outcome.ts";
import { checkPassphrase, type PassphraseProblem, type WordList } from "./passphrase/passphrase.ts";

/** Why nothing can be done just now, although nothing was used up by trying. */
export type PauseReason = "offline" | "unreachable" | "overloaded" | "rateLimited" | "forbidden";

/**
 * Where the page stands. The passphrase exists only in `opening` and the value only in `revealed`:
 * leaving the state forgets them.
 */
export type State =
  /** `inDoubt`: an attempt got no answer, and this check is to find out what became of it. */
  | { readonly kind: "checking"; readonly inDoubt: boolean }
  | { readonly kind: "asking"; readonly notice: Notice | null }
  | { readonly kind: "opening"; readonly passphrase: string }
  /** `copied` and `saved`: what the person did with the value, so that losing the page no longer loses it. */
  | { readonly kind: "revealed"; readonly value: string; readonly copied: boolean; readonly saved: boolean }
  | { readonly kind: "destroyed" }
  | { readonly kind: "notAvailable" }
  /** Its time ended while the page was open. */
  | { readonly kind: "expired" }
  | Paused
  | { readonly kind: "unknown" }
  | { readonly kind: "cleared" };

/** Turned away while checking or while opening; `until` is when trying again makes sense, null for now. */
export type Paused = { readonly kind: "paused"; readonly until: number | null; readonly inDoubt: boolean } & (
  | { readonly during: "check"; readonly reason: PauseReason }
  /** Once a request has started, a server that can't be reached is `unknown`: it may have been reached. */
  | { readonly during: "open"; readonly reason: Exclude<PauseReason, "unreachable"> }
);

/** What the asking page says beside the field. */
export type Notice = PassphraseProblem | { readonly kind: "rejected" } | { readonly kind: "stillThere" };

/** What can happen to the page. Times are in milliseconds and come from outside. */
export type PageEvent =
  | { readonly type: "checked"; readonly outcome: CheckOutcome; readonly now: number }
  | { readonly type: "submitted"; readonly input: string; readonly list: WordList }
  | { readonly type: "answered"; readonly outcome: RevealOutcome; readonly now: number }
  | { readonly type: "retried" }
  | { readonly type: "waited" }
  | { readonly type: "copied" }
  | { readonly type: "saved" }
  /** The time that the server gave the secret is over, by a clock that started with its answer. */
  | { readonly type: "expired" }
  | { readonly type: "cameOnline" }
  /** The page was left: closed, navigated away from, or put into the back/forward cache. */
  | { readonly type: "left" }
  /** The browser brought the page back from the back/forward cache. */
  | { readonly type: "restored" };

/** A path that cannot be a link is not worth a request: it gets the answer every dead link gets. */
export function initialState(link: Link | null): State {
  return link ? { kind: "checking", inDoubt: false } : { kind: "notAvailable" };
}

/** The state after an event. Events that make no sense in it (late answers, double clicks) change nothing. */
export function next(state: State, event: PageEvent): State {
  switch (event.type) {
    case "checked":
      if (state.kind === "checking") return afterCheck(state.inDoubt, event.outcome, event.now);
      // Asked again in passing: only what is certain disturbs who is typing.
      return isLeftOpen(state) && event.outcome.kind === "notAvailable" ? { kind: "notAvailable" } : state;
    case "submitted":
      return canSubmit(state) ? afterSubmit(event.input, event.list) : state;
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
      // It may have been hours: ask again before anybody types.
      return state.kind === "asking" ? { kind: "checking", inDoubt: false } : state;
  }
}

/** True while the field is there and a press of the button would count. */
export function canSubmit(state: State): boolean {
  return state.kind === "asking" || (state.kind === "paused" && state.during === "open" && !state.until);
}

/** True while the attempt is still to be made, so that it matters how long the secret lives. */
export function isLeftOpen(state: State): boolean {
  return state.kind === "asking" || (state.kind === "paused" && state.during === "open");
}

/** True when the page asks again because what was typed would not do. */
export function isRefusal(state: State): boolean {
  return state.kind === "asking" && state.notice !== null && state.notice.kind !== "stillThere";
}

/** True while closing the page would lose something that cannot be had again. */
export function wouldLose(state: State): boolean {
  return state.kind === "opening" || (state.kind === "revealed" && !state.copied && !state.saved);
}

/** Whole seconds until trying again makes sense, never negative. */
export function secondsUntil(until: number, now: number): number {
  return Math.max(0, Math.ceil((until - now) / 1000));
}

function afterCheck(inDoubt: boolean, outcome: CheckOutcome, now: number): State {
  switch (outcome.kind) {
    case "available":
      return { kind: "asking", notice: inDoubt ? { kind: "stillThere" } : null };
    case "notAvailable":
      return { kind: "notAvailable" };
    case "offline":
      return { kind: "paused", during: "check", reason: "offline", until: null, inDoubt };
    case "failed":
      return { kind: "paused", during: "check", reason: "unreachable", until: null, inDoubt };
    case "refused":
      return { kind: "paused", during: "check", ...refused(outcome, now), inDoubt };
  }
}

function afterSubmit(input: string, list: WordList): State {
  const check = checkPassphrase(input, list);
  return check.ok
    ? { kind: "opening", passphrase: check.passphrase }
    : { kind: "asking", notice: check.problem };
}

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

/** Only checks are repeated here. An attempt is repeated by the person, with the button that says so. */
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
