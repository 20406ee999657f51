import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { DESKTOP, expectAccessible, PHONE } from "../support/accessible.ts";
import { leaveUnasked } from "../support/recipient.ts";
import {
  type Answers,
  available,
  DESTROYED,
  GONE,
  GOOD,
  isFocused,
  LINK,
  MULTI_LINE,
  open,
  reach,
  refused,
  revealed,
  visit,
} from "../support/recipient-answers.ts";
import { useSharedStack } from "../support/stack.ts";

const stack = useSharedStack();

/** Every state: the name of its screenshot, `data-state`, the API's answers, and what the recipient does. */
const STATES: [name: string, kind: string, answers: Answers, act?: (page: Page) => Promise<void>][] = [
  ["checking", "checking", { check: "never" }],
  ["asking", "asking", {}],
  [
    "refused",
    "asking",
    {},
    async (page) => {
      await page.locator("#passphrase").fill("five words are not enough");
      // By the keyboard, because the button may be disabled.
      await page.locator("#passphrase").press("Enter");
    },
  ],
  ["opening", "opening", { reveal: "never" }, open],
  ["revealed", "revealed", { reveal: revealed(MULTI_LINE) }, open],
  [
    "hidden",
    "revealed",
    { reveal: revealed(MULTI_LINE) },
    async (page) => {
      await open(page);
      await page.locator(".buttons button").last().click();
    },
  ],
  ["destroyed", "destroyed", { reveal: DESTROYED }, open],
  ["not-available", "notAvailable", { check: GONE }],
  ["run-out", "expired", { check: available(0) }],
  ["unknown", "unknown", { reveal: "lost" }, open],
  ["busy", "paused", { reveal: refused("OVERLOADED") }, open],
  ["rate-limited", "paused", { reveal: refused("RATE_LIMITED", 600) }, open],
  ["check-failed", "paused", { check: "lost" }],
  [
    "offline",
    "paused",
    {},
    async (page) => {
      await page.goto(LINK);
      await page.locator("#passphrase").fill(GOOD);
      await page.locator(".chips [data-state=listed]").last().waitFor();
      await page.context().setOffline(true);
      await page.locator("button[type=submit]").click();
    },
  ],
  [
    "cleared",
    "cleared",
    { reveal: revealed(MULTI_LINE) },
    async (page) => {
      await open(page);
      await reach(page, "revealed");
      // As when the browser goes back to a page in its back/forward cache.
      await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide")));
    },
  ],
];

/** Narrow and right-to-left, wide and left-to-right. catalogue.test.ts checks the texts of every language. */
const LAYOUTS = [
  { locale: "ar", dir: "rtl", viewport: PHONE },
  { locale: "en", dir: "ltr", viewport: DESKTOP },
];

describe.each(LAYOUTS)("in $locale, $viewport.width px wide", ({ locale, dir, viewport }) => {
  it("every state moves the focus to its heading, is accessible in both schemes, and fits", async () => {
    const visitor = await visit(stack.current, {}, { locale, viewport });
    const { page } = visitor;
    leaveUnasked(page);
    const headings = new Set<string | null>();
    for (const [name, kind, answers, act] of STATES) {
      visitor.answers = answers;
      await page.context().setOffline(false);
      await page.goto(LINK);
      await act?.(page);
      await reach(page, kind);
      if (name === "refused") expect(await isFocused(page, "#passphrase"), name).toBe(true);
      else if (name !== "checking" && name !== "hidden") expect(await isFocused(page, "h1"), name).toBe(true);
      headings.add(await page.locator("h1").textContent());
      await expectAccessible(page, `reveal-${name}-${locale}`);
    }
    expect(headings.size).toBe(STATES.length - 2);
    expect(await page.locator("html").getAttribute("lang")).toBe(locale);
    expect(await page.locator("html").getAttribute("dir")).toBe(dir);
  });
});
