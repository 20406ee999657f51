import { beforeEach, describe, expect, test } from "vitest";
import en from "../../messages/en.json";
import type { PauseReason, State } from "../state.ts";
import { type Catalogue, loadCatalogue, speak } from "./catalogue.ts";
import { noticeText, screenFor, screenNameFor, timeLeftText, waitText } from "./messages.ts";

beforeEach(() => speak("en", en));

const REASONS = ["offline", "overloaded", "rateLimited", "forbidden"] as const;
const CHECK_REASONS: PauseReason[] = [...REASONS, "unreachable"];
const pausedOpening = REASONS.map(
  (reason): State => ({ kind: "paused", during: "open", reason, until: null, inDoubt: false }),
);
const EVERY: State[] = [
  { kind: "checking", inDoubt: false },
  { kind: "asking", notice: null },
  { kind: "opening", passphrase: "PASSPHRASE" },
  { kind: "revealed", value: "VALUE", copied: false, saved: false },
  { kind: "destroyed" },
  { kind: "notAvailable" },
  { kind: "damagedLink" },
  { kind: "expired" },
  { kind: "unknown" },
  { kind: "cleared" },
  ...pausedOpening,
  ...CHECK_REASONS.map(
    (reason): State => ({ kind: "paused", during: "check", reason, until: null, inDoubt: false }),
  ),
];

describe("the page's texts", () => {
  test("have a heading, what happened and what to do next in every state", () => {
    for (const state of EVERY) {
      const { heading, happened, next } = screenFor(state);
      expect(heading).not.toMatch(/\.$/);
      expect(happened).toMatch(/\.$/);
      expect(next).toMatch(/\.$/);
    }
  });

  test("have a screen for every state, and no unused one", () => {
    expect(new Set(EVERY.map(screenNameFor))).toEqual(new Set(Object.keys(en.screens)));
  });

  test("have the headings that other tests rely on", () => {
    const heading = (state: State) => screenFor(state).heading;
    expect(heading({ kind: "asking", notice: null })).toBe("Someone has shared a secret with you");
    expect(heading({ kind: "revealed", value: "", copied: false, saved: false })).toBe("Here is your secret");
    expect(heading({ kind: "destroyed" })).toBe("Secret destroyed");
    expect(heading({ kind: "notAvailable" })).toBe("Secret not available");
  });

  test("never contain the passphrase or the value", () => {
    expect(JSON.stringify(EVERY.map(screenFor))).not.toMatch(/PASSPHRASE|VALUE/);
  });

  test("state that the link was not used whenever an attempt was rejected", () => {
    for (const state of pausedOpening) expect(screenFor(state).happened).toMatch(/did not use the link/i);
  });

  test("name the button by its label", () => {
    const [offline] = pausedOpening as [State];
    expect(screenFor(offline).next).toContain("press View secret.");
  });
});

test("a wait is shown in hours, minutes and seconds", () => {
  expect(waitText(1)).toBe("You can try again in 1 second.");
  expect(waitText(59)).toBe("You can try again in 59 seconds.");
  expect(waitText(60)).toBe("You can try again in 1 minute.");
  expect(waitText(121)).toBe("You can try again in 2 minutes, 1 second.");
  expect(waitText(0)).toBe("You can try again in 0 seconds.");
  expect(waitText(86_399)).toBe("You can try again in 23 hours, 59 minutes, 59 seconds.");
});

test.each([
  ["de", "Das ist 1 Wort;", "Das sind 7 Wörter;", "in 2 Minuten, 1 Sekunde"],
  ["ja", "入力されたのは 1 語です。", "入力されたのは 7 語です。", "2 分 1 秒"],
  ["ar", "هذه كلمة واحدة", "كلمات؛", "دقيقتان"],
] as const)("numbers and times follow the language: %s", async (tag, one, seven, time) => {
  speak(tag, (await loadCatalogue(tag)) as Catalogue);
  expect(noticeText({ kind: "wordCount", words: 1 })).toContain(one);
  expect(noticeText({ kind: "wordCount", words: 7 })).toContain(seven);
  expect(waitText(121)).toContain(time);
});

test("the remaining time is shown in minutes, and in seconds when it is short", () => {
  expect(timeLeftText(86_399)).toBe("Time left to open it: 23 hours, 59 minutes");
  expect(timeLeftText(659)).toBe("Time left to open it: 10 minutes");
  expect(timeLeftText(599)).toBe("Time left to open it: 9 minutes, 59 seconds");
  expect(timeLeftText(0)).toBe("Time left to open it: 0 seconds");
});

test("a problem with the input states that nothing was sent", () => {
  expect(noticeText({ kind: "blank" })).toBe(
    "Type the six words of the passphrase first. Nothing has been sent.",
  );
  expect(noticeText({ kind: "wordCount", words: 1 })).toContain("That is 1 word; the passphrase has six.");
  expect(noticeText({ kind: "wordCount", words: 7 })).toContain("7 words");
  expect(noticeText({ kind: "unknownWord", at: 3 })).toContain("Word 3 is not on our word list");
  expect(noticeText({ kind: "unchecked", since: 0 })).toMatch(
    /Nothing has been sent.*press “View secret” again/,
  );
  for (const kind of ["blank", "link", "tooLong", "listLoading"] as const) {
    expect(noticeText({ kind })).toMatch(/nothing has been sent/i);
  }
});
