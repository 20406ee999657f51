import { type PassphraseProblem, WORDS } from "./passphrase.ts";
import type { Notice, PauseReason, State } from "./state.ts";

/** What a screen says: a heading, what happened, and what to do next. */
export interface Screen {
  readonly heading: string;
  readonly happened: string;
  readonly next: string;
}

/** The texts that are not a screen's own. They are for somebody in a hurry who has never heard of us. */
export const labels = {
  about:
    "This page hands one secret to one person, once. It sets no cookies and keeps nothing in your browser.",
  warningTitle: "You have one try.",
  warning:
    "The secret opens once. A wrong passphrase destroys it for good, so check every word before you " +
    "continue.",
  field: "Passphrase",
  hint: "Six words, sent to you separately. Capitals, spaces and dashes don’t matter.",
  submit: "View secret",
  submitting: "Opening…",
  noPassphrase:
    "No passphrase yet? Ask the person who sent you the link. Opening this page has used nothing up, so " +
    "you can come back later, as long as the link has not run out.",
  recognition:
    "Did the sender tell you which words stand at the top of this page? If you see others, do not type the " +
    "passphrase here, and ask the sender.",
  value: "Secret",
  copy: "Copy secret",
  copied: "Copied",
  copiedNote: "Copied. Once you have pasted it somewhere safe, you can close this page.",
  copyRefused:
    "Your browser did not let us copy. The secret is selected: press Ctrl+C (⌘C on a Mac), or press and " +
    "hold it.",
  retryCheck: "Try again",
  checkLink: "Check the link",
  waitOver: "You can try again now.",
};

/** The countdown under a screen that asks to wait. */
export function waitText(seconds: number): string {
  return `You can try again in ${duration(seconds)}.`;
}

/** How many of the six words stand in the field. */
export function wordCountText(words: number): string {
  return `${words} of ${WORDS} words`;
}

/** What the asking page says beside the field. */
export function noticeText(notice: Notice): string {
  switch (notice.kind) {
    case "stillThere":
      return "The secret is still there. Check the words, then you can try again.";
    case "rejected":
      return "The server could not read that as a passphrase. Nothing has been used up. Check the six words.";
    default:
      return `${problemText(notice)} Nothing has been sent.`;
  }
}

/** What the page says in a state. Nothing here claims more than the page knows. */
export function screenFor(state: State): Screen {
  switch (state.kind) {
    case "checking":
      return {
        heading: "Checking the link…",
        happened: "We are making sure that the secret is still there.",
        next: "This uses nothing up.",
      };
    case "asking":
      return {
        heading: "Someone has shared a secret with you",
        happened: "It may be a password, a key or a note. It is locked with a passphrase of six words.",
        next: "Type the passphrase to see the secret.",
      };
    case "opening":
      return {
        heading: "Opening the secret…",
        happened: "Your passphrase has been sent.",
        next: "Please keep this page open. It can take a few seconds.",
      };
    case "revealed":
      return {
        heading: "Here is your secret",
        happened: "Copy it now: it is gone from our server, and closing or reloading this page loses it.",
        next: "Keep it somewhere safe, such as a password manager.",
      };
    case "destroyed":
      return {
        heading: "Secret destroyed",
        happened:
          "The passphrase was not right, or the attempt could not be finished. The secret was destroyed " +
          "without being shown.",
        next:
          "Ask the person who sent you the link for a new one, and for the passphrase that belongs to it. " +
          "This link will not work again.",
      };
    case "notAvailable":
      return {
        heading: "Secret not available",
        happened:
          "There is nothing to open at this link. It may have been used, run out or been taken back, or a " +
          "part of the link may be missing.",
        next:
          "Check that you opened the whole link. If you did, ask the person who sent it for a new one. If " +
          "you never opened it before, tell them that too.",
      };
    case "unknown":
      return {
        heading: "We don’t know if that worked",
        happened:
          "Your passphrase was sent, but no clear answer came back. The secret may have been used up, or " +
          "it may still be there.",
        next: "Check your connection, then check the link. Checking uses nothing up.",
      };
    case "cleared":
      return {
        heading: "The secret has been cleared",
        happened: "The secret was shown in this tab and has been cleared, because the page was left.",
        next: "If you did not keep it, ask the person who sent you the link for a new one.",
      };
    case "paused":
      return state.during === "open" ? pausedOpening[state.reason] : pausedChecking[state.reason];
  }
}

/** Paused with a passphrase in the field: here we know that the attempt was not made. */
const pausedOpening: Record<PauseReason, Screen> = {
  offline: {
    heading: "You are offline",
    happened: "Your device has no connection, so nothing was sent and nothing has been used up.",
    next: "Connect again, then press View secret. What you typed is still here.",
  },
  unreachable: {
    heading: "We can’t reach the server",
    happened: "Nothing was sent and nothing has been used up.",
    next: "Check your connection, then press View secret. What you typed is still here.",
  },
  overloaded: {
    heading: "The server is busy",
    happened: "It could not take your request just now. Nothing has been used up.",
    next: "Wait a few seconds, then press View secret. What you typed is still here.",
  },
  rateLimited: {
    heading: "Please wait a moment",
    happened:
      "Too many requests came from your network, so this one was turned away. Nothing has been used up.",
    next: "When the time is over, press View secret. What you typed is still here.",
  },
  forbidden: {
    heading: "The server refused this request",
    happened: "It would not accept a request from this page. Nothing has been used up.",
    next: "Open the link in another browser, or tell the person who sent it to you.",
  },
};

/** Paused while checking: a check uses nothing up, but what came before it may have. */
const pausedChecking: Record<PauseReason, Screen> = {
  offline: {
    heading: "You are offline",
    happened: "Your device has no connection, so we could not check the link.",
    next: "Connect again, then try again. Checking uses nothing up.",
  },
  unreachable: {
    heading: "We can’t reach the server",
    happened: "We could not check the link: no clear answer came back.",
    next: "Check your connection, then try again. Checking uses nothing up.",
  },
  overloaded: {
    heading: "The server is busy",
    happened: "It could not check the link just now.",
    next: "Wait a few seconds, then try again. Checking uses nothing up.",
  },
  rateLimited: {
    heading: "Please wait a moment",
    happened: "Too many requests came from your network, so the link was not checked.",
    next: "When the time is over, try again. Checking uses nothing up.",
  },
  forbidden: {
    heading: "The server refused this request",
    happened: "It would not check the link.",
    next: "Open the link in another browser, or tell the person who sent it to you.",
  },
};

function problemText(problem: PassphraseProblem): string {
  switch (problem.kind) {
    case "blank":
      return "Type the six words of the passphrase first.";
    case "link":
      return "That looks like the link. The passphrase is six words, sent to you separately.";
    case "tooLong":
      return "That is far too long for a passphrase. It is six words.";
    case "wordCount":
      return `That is ${problem.words} ${problem.words === 1 ? "word" : "words"}; the passphrase has six.`;
  }
}

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return count(seconds, "second");
  const rest = seconds % 60;
  return rest === 0 ? count(minutes, "minute") : `${count(minutes, "minute")} ${count(rest, "second")}`;
}

function count(n: number, unit: string): string {
  return `${n} ${unit}${n === 1 ? "" : "s"}`;
}
