import { beforeAll, describe, expect, test } from "vitest";
import en from "../messages/en.json";
import { VOCABULARY } from "./passphrase/test-vocabulary.ts";
import {
  canSubmit,
  initialState,
  isLeftOpen,
  next,
  type PageEvent,
  type Paused,
  type State,
  secondsUntil,
  wouldLose,
} from "./state.ts";
import { speak } from "./text/catalogue.ts";
import { screenFor } from "./text/messages.ts";

beforeAll(() => speak("en", en));

const LINK = { vaultId: "vault_a", token: "AbCdEfGhIjKlMnOpQrSt-_" };
const GOOD = "anchor-banjo-cactus-dolphin-eagle-falcon";

const checking: State = { kind: "checking", inDoubt: false };
const asking: State = { kind: "asking", notice: null };
const opening: State = { kind: "opening", passphrase: GOOD };
const revealed: State = { kind: "revealed", value: "v", copied: false, saved: false };
const destroyed: State = { kind: "destroyed" };
const notAvailable: State = { kind: "notAvailable" };
const damagedLink: State = { kind: "damagedLink" };
const expired: State = { kind: "expired" };
const unknown: State = { kind: "unknown" };
const cleared: State = { kind: "cleared" };
const paused = (over: Partial<Paused> = {}) =>
  ({ kind: "paused", during: "open", reason: "overloaded", until: null, inDoubt: false, ...over }) as Paused;
const EVERY = [
  checking,
  asking,
  opening,
  revealed,
  destroyed,
  notAvailable,
  damagedLink,
  expired,
  unknown,
  cleared,
  paused(),
  paused({ during: "check" }),
  paused({ until: 5000 }),
];

const checked = (outcome: Extract<PageEvent, { type: "checked" }>["outcome"]): PageEvent => ({
  type: "checked",
  outcome,
  now: 1000,
});
const answered = (outcome: Extract<PageEvent, { type: "answered" }>["outcome"]): PageEvent => ({
  type: "answered",
  outcome,
  now: 1000,
});
const submitted: PageEvent = { type: "submitted", input: GOOD, list: VOCABULARY, now: 1000 };
const limited = { kind: "refused", reason: "rateLimited", waitSeconds: 9 } as const;

describe("at the start", () => {
  test("checks the link before it asks for the passphrase", () => {
    expect(initialState(LINK)).toEqual(checking);
  });

  test("calls an invalid link damaged, without a request, and never says that the secret is gone", () => {
    expect(initialState(null)).toEqual(damagedLink);
    expect(JSON.stringify(screenFor(damagedLink))).not.toMatch(
      /gone|used by|expired|revoked|destroyed|available/,
    );
  });
});

describe("a check", () => {
  test("leads to the passphrase field, or to a dead link", () => {
    expect(next(checking, checked({ kind: "available", secondsLeft: 60 }))).toEqual(asking);
    expect(next(checking, checked({ kind: "notAvailable" }))).toEqual(notAvailable);
    expect(next(checking, checked({ kind: "damagedLink" }))).toEqual(damagedLink);
  });

  test("that failed can be repeated", () => {
    for (const kind of ["offline", "failed"] as const) {
      const stopped = next(checking, checked({ kind }));
      expect(stopped).toMatchObject({ kind: "paused", during: "check", until: null });
      expect(next(stopped, { type: "retried" })).toEqual(checking);
    }
  });

  test("that was rejected can be repeated after the wait, not before", () => {
    const waiting = next(checking, checked(limited));
    expect(waiting).toMatchObject({ kind: "paused", during: "check", until: 10_000 });
    expect(next(waiting, { type: "retried" })).toBe(waiting);
    expect(next(next(waiting, { type: "waited" }), { type: "retried" })).toEqual(checking);
  });

  test("is repeated as soon as the device is online", () => {
    const offline = next(checking, checked({ kind: "offline" }));
    expect(next(offline, { type: "cameOnline" })).toEqual(checking);
  });
});

describe("an attempt", () => {
  test("starts with six words", () => {
    expect(next(asking, submitted)).toEqual(opening);
  });

  test("does not start with anything else, and states why", () => {
    expect(next(asking, { type: "submitted", input: "anchor banjo", list: VOCABULARY, now: 1000 })).toEqual({
      kind: "asking",
      notice: { kind: "wordCount", words: 2 },
    });
  });

  test("does not start with a word that is not on the list, or before the list has loaded", () => {
    const mistyped = { type: "submitted", input: GOOD.replace("eagle", "eagel"), now: 1000 } as const;
    expect(next(asking, { ...mistyped, list: VOCABULARY })).toEqual({
      kind: "asking",
      notice: { kind: "unknownWord", at: 5 },
    });
    expect(next(asking, { ...mistyped, list: "loading" })).toMatchObject({ kind: "asking" });
  });

  test("without the word list has to be confirmed by a second press, a second later or more", () => {
    const unchecked = { ...submitted, list: "missing", now: 1000 } as const;
    for (const start of [asking, paused(), next(asking, { ...submitted, input: "anchor" })]) {
      const asked = next(start, unchecked);
      expect(asked).toEqual({ kind: "asking", notice: { kind: "unchecked", since: 1000 } });
      expect(next(asked, { ...unchecked, now: 1999 })).toBe(asked);
      expect(next(asked, { ...unchecked, now: 2000 })).toEqual(opening);
    }
  });

  test("without the word list has to be confirmed again when the words were edited", () => {
    const unchecked = { ...submitted, list: "missing", now: 1000 } as const;
    const edited = next(next(asking, unchecked), { type: "edited" });
    expect(edited).toEqual(asking);
    expect(next(edited, { ...unchecked, now: 9000 })).toMatchObject({ kind: "asking" });
  });

  test("is checked against the word list if it arrived after the question", () => {
    const asked = next(asking, { ...submitted, list: "missing" });
    const mistyped = { ...submitted, input: GOOD.replace("eagle", "eagel"), now: 9000 };
    expect(next(asked, mistyped)).toEqual({ kind: "asking", notice: { kind: "unknownWord", at: 5 } });
    expect(next(asked, submitted)).toEqual(opening);
  });

  test("keeps any other notice, and every other state, when the words are edited", () => {
    for (const state of EVERY) expect(next(state, { type: "edited" })).toBe(state);
  });

  test("is sent once, however often the button is pressed", () => {
    expect(next(opening, submitted)).toBe(opening);
    expect(EVERY.filter(canSubmit)).toEqual([asking, paused()]);
  });

  test("ends with the server's result", () => {
    expect(next(opening, answered({ kind: "revealed", value: "v" }))).toEqual(revealed);
    expect(next(opening, answered({ kind: "destroyed" }))).toEqual(destroyed);
    expect(next(opening, answered({ kind: "notAvailable" }))).toEqual(notAvailable);
    expect(next(opening, answered({ kind: "unknown" }))).toEqual(unknown);
  });

  test("rejected as bad input asks again", () => {
    expect(next(opening, answered({ kind: "badInput" }))).toEqual({
      kind: "asking",
      notice: { kind: "rejected" },
    });
  });

  test("that never left the device can be repeated at once", () => {
    const offline = next(opening, answered({ kind: "offline" }));
    expect(offline).toMatchObject({ kind: "paused", during: "open", reason: "offline" });
    expect(next(offline, submitted)).toEqual(opening);
  });

  test("that was rejected can be repeated after the wait, and is never repeated automatically", () => {
    const waiting = next(opening, answered(limited));
    expect(waiting).toMatchObject({ kind: "paused", during: "open", until: 10_000 });
    expect(next(waiting, submitted)).toBe(waiting);
    const over = next(waiting, { type: "waited" });
    for (const type of ["retried", "cameOnline", "restored"] as const)
      expect(next(over, { type })).toBe(over);
    expect(next(over, submitted)).toEqual(opening);
  });
});

describe("an attempt without a response", () => {
  test("is followed by a check, not by another attempt", () => {
    expect(next(unknown, submitted)).toBe(unknown);
    expect(next(unknown, { type: "retried" })).toEqual({ kind: "checking", inDoubt: true });
  });

  test("asks again only if the secret is still there", () => {
    const doubting = next(unknown, { type: "retried" });
    expect(next(doubting, checked({ kind: "available", secondsLeft: 60 }))).toEqual({
      kind: "asking",
      notice: { kind: "stillThere" },
    });
    expect(next(doubting, checked({ kind: "notAvailable" }))).toEqual(notAvailable);
  });

  test("stays unknown while the check fails, and the page never claims that the link was not used", () => {
    const doubting = next(unknown, { type: "retried" });
    const refused = (reason: "rateLimited" | "overloaded" | "forbidden") =>
      ({ kind: "refused", reason, waitSeconds: 0 }) as const;
    for (const outcome of [
      { kind: "offline" } as const,
      { kind: "failed" } as const,
      refused("rateLimited"),
      refused("overloaded"),
      refused("forbidden"),
    ]) {
      const stopped = next(doubting, checked(outcome));
      expect(stopped).toMatchObject({ kind: "paused", inDoubt: true });
      expect(JSON.stringify(screenFor(stopped))).not.toMatch(/did not use the link|nothing was sent/i);
      expect(next(stopped, { type: "retried" })).toEqual(doubting);
    }
  });
});

describe("the secret's expiry", () => {
  test("ends an open attempt, and nothing else", () => {
    for (const state of EVERY) {
      const ended = isLeftOpen(state) ? expired : state;
      expect(next(state, { type: "expired" })).toEqual(ended);
    }
    expect(EVERY.filter(isLeftOpen).map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["asking", "paused"]),
    );
    expect(isLeftOpen(paused({ during: "check" }))).toBe(false);
    expect(isLeftOpen(opening)).toBe(false);
  });

  test("or any other end is found by a background check, whose failure changes nothing", () => {
    const typing: State = { kind: "asking", notice: { kind: "blank" } };
    expect(next(typing, checked({ kind: "notAvailable" }))).toEqual(notAvailable);
    for (const kind of ["offline", "failed"] as const) expect(next(typing, checked({ kind }))).toBe(typing);
  });
});

describe("late and repeated events", () => {
  test("a response counts only while one is expected", () => {
    for (const state of EVERY.filter((s) => s.kind !== "opening")) {
      expect(next(state, answered({ kind: "revealed", value: "late" }))).toBe(state);
    }
    for (const state of EVERY.filter((s) => s.kind !== "checking")) {
      expect(next(state, checked({ kind: "available", secondsLeft: 60 }))).toBe(state);
    }
  });

  test("no event leaves a final state", () => {
    const types = [
      "retried",
      "waited",
      "copied",
      "saved",
      "expired",
      "cameOnline",
      "left",
      "restored",
    ] as const;
    for (const end of [destroyed, notAvailable, expired, cleared]) {
      for (const type of types) expect(next(end, { type })).toBe(end);
      expect(next(end, submitted)).toBe(end);
    }
  });
});

describe("leaving the page", () => {
  test("discards the value at once, and returning does not restore it", () => {
    const left = next(revealed, { type: "left" });
    expect(left).toEqual(cleared);
    expect(next(left, { type: "restored" })).toBe(left);
  });

  test("during an attempt makes it unknown, and discards the passphrase", () => {
    expect(next(opening, { type: "left" })).toEqual(unknown);
  });

  test("and returning checks the link again before anything is typed", () => {
    expect(next(next(asking, { type: "left" }), { type: "restored" })).toEqual(checking);
  });

  test("asks for confirmation only while something would be lost", () => {
    expect(EVERY.filter(wouldLose)).toEqual([opening, revealed]);
    expect(wouldLose(next(revealed, { type: "copied" }))).toBe(false);
  });
});

describe("stored data", () => {
  test("is the passphrase only during the attempt, and the value only while it is shown", () => {
    const through = [answered({ kind: "unknown" }), answered(limited), answered({ kind: "destroyed" })];
    for (const event of through) expect(JSON.stringify(next(opening, event))).not.toContain("anchor");
    expect(JSON.stringify(next(revealed, { type: "left" }))).not.toContain('"v"');
  });

  test("records a copy once", () => {
    const copied = next(revealed, { type: "copied" });
    expect(copied).toEqual({ ...revealed, copied: true });
    expect(next(copied, { type: "copied" })).toBe(copied);
  });
});

describe("the countdown", () => {
  test("counts whole seconds down to zero and never below", () => {
    expect(secondsUntil(10_000, 1000)).toBe(9);
    expect(secondsUntil(10_000, 9_001)).toBe(1);
    expect(secondsUntil(10_000, 10_000)).toBe(0);
    expect(secondsUntil(10_000, 99_000)).toBe(0);
  });
});
