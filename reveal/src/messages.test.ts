import { describe, expect, test } from "vitest";
import { noticeText, screenFor, waitText } from "./messages.ts";
import type { PauseReason, State } from "./state.ts";

const REASONS: PauseReason[] = ["offline", "unreachable", "overloaded", "rateLimited", "forbidden"];
const paused = (during: "check" | "open"): State[] =>
  REASONS.map((reason) => ({ kind: "paused", during, reason, until: null, inDoubt: false }));
const EVERY: State[] = [
  { kind: "checking", inDoubt: false },
  { kind: "asking", notice: null },
  { kind: "opening", passphrase: "PASSPHRASE" },
  { kind: "revealed", value: "VALUE", copied: false },
  { kind: "destroyed" },
  { kind: "notAvailable" },
  { kind: "unknown" },
  { kind: "cleared" },
  ...paused("check"),
  ...paused("open"),
];

describe("what the page says", () => {
  test("is a heading, what happened and what to do, in every state", () => {
    for (const state of EVERY) {
      const { heading, happened, next } = screenFor(state);
      expect(heading).not.toMatch(/\.$/);
      expect(happened).toMatch(/\.$/);
      expect(next).toMatch(/\.$/);
    }
  });

  test("has the headings that others rely on", () => {
    const heading = (state: State) => screenFor(state).heading;
    expect(heading({ kind: "asking", notice: null })).toBe("Someone has shared a secret with you");
    expect(heading({ kind: "revealed", value: "", copied: false })).toBe("Here is your secret");
    expect(heading({ kind: "destroyed" })).toBe("Secret destroyed");
    expect(heading({ kind: "notAvailable" })).toBe("Secret not available");
  });

  test("never repeats the passphrase or the value", () => {
    expect(JSON.stringify(EVERY.map(screenFor))).not.toMatch(/PASSPHRASE|VALUE/);
  });

  test("says that nothing was used up whenever an attempt was turned away", () => {
    for (const state of paused("open"))
      expect(screenFor(state).happened).toMatch(/nothing has been used up/i);
  });
});

test("a wait is said in minutes and seconds", () => {
  expect(waitText(1)).toBe("You can try again in 1 second.");
  expect(waitText(59)).toBe("You can try again in 59 seconds.");
  expect(waitText(60)).toBe("You can try again in 1 minute.");
  expect(waitText(121)).toBe("You can try again in 2 minutes 1 second.");
});

test("what stopped a passphrase is told gently, with the word that nothing was sent", () => {
  expect(noticeText({ kind: "blank" })).toBe(
    "Type the six words of the passphrase first. Nothing has been sent.",
  );
  expect(noticeText({ kind: "wordCount", words: 1 })).toContain("That is 1 word; the passphrase has six.");
  expect(noticeText({ kind: "wordCount", words: 7 })).toContain("7 words");
});
