import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { attempt, expectScreen, openLink } from "../support/recipient.ts";
import { createSecret, leaveHandOff, openDialog, rowOf, useProject } from "../support/sender.ts";
import { useSharedStack } from "../support/stack.ts";

const stack = useSharedStack();

/** Measures the page's Cumulative Layout Shift (Layout Instability API) from its first paint on. */
async function watchShifts(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number;
        hadRecentInput: boolean;
      })[])
        if (!entry.hadRecentInput) shifts.push(entry.value);
    }).observe({ type: "layout-shift", buffered: true });
  });
  return () =>
    page.evaluate(async () => {
      // Two frames, so that the last paint is counted.
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      return (window as unknown as { shifts: number[] }).shifts.reduce((sum, shift) => sum + shift, 0);
    });
}

/** Animated properties that move, rotate or scale elements. Opacity and colours don't. */
const moving = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const ofTheKeyframe = ["offset", "computedOffset", "easing", "composite"];
    const moved = document.getAnimations().flatMap(({ effect, playState }) => {
      if (playState !== "running" || !(effect instanceof KeyframeEffect)) return [];
      return effect.getKeyframes().flatMap((keyframe) => Object.keys(keyframe));
    });
    return moved.filter(
      (name) => !ofTheKeyframe.includes(name) && !/opacity|visibility|color|shadow/i.test(name),
    );
  });

describe("the layout does not shift", () => {
  it("on the recipient's page, from opening the link to the value", async () => {
    const sender = await stack.current.newPerson();
    await useProject(sender);
    const { link, passphrase } = await createSecret(sender);
    const page = await stack.current.newPerson({ viewport: { width: 390, height: 844 } });
    const shifted = await watchShifts(page);
    await openLink(page, link);
    await page.getByLabel("Passphrase").focus();
    await page.waitForLoadState("networkidle");
    expect(await shifted()).toBeLessThan(0.01);
    await attempt(page, passphrase);
    await expectScreen(page, "revealed");
    // The new screen is a response to input, but must not shift once it is there.
    expect(await shifted()).toBeLessThan(0.1);
  });

  it("in the dashboard, while a project with secrets loads", async () => {
    const page = await stack.current.newPerson();
    await useProject(page);
    await createSecret(page, { name: "VPN login" });
    await leaveHandOff(page);
    const shifted = await watchShifts(page);
    await page.reload();
    await rowOf(page, "VPN login").waitFor();
    await page.evaluate(() => document.fonts.ready);
    expect(await shifted()).toBeLessThan(0.1);
  });
});

describe.each([
  { reducedMotion: "no-preference", moves: true },
  { reducedMotion: "reduce", moves: false },
] as const)(
  "with prefers-reduced-motion: $reducedMotion, something moves: $moves",
  ({ reducedMotion, moves }) => {
    it("in the dashboard, when a dialog opens", async () => {
      const page = await stack.current.newPerson({ reducedMotion });
      await useProject(page);
      await page.evaluate(() => {
        const begun: string[] = [];
        Object.assign(window, { begun });
        addEventListener("animationstart", ({ animationName }) => begun.push(animationName), true);
      });
      await openDialog(page);
      await page.evaluate(
        () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
      );
      const begun = await page.evaluate(() => (window as unknown as { begun: string[] }).begun);
      expect(begun.includes("dialog-in")).toBe(moves);
    });

    it("on the recipient's page, while an attempt is under way", async () => {
      const page = await stack.current.newPerson({ reducedMotion });
      await page.route("**/graphql", (route) =>
        route.request().postData()?.includes("revealTtlSecret")
          ? undefined
          : route.fulfill({ json: { data: { ttlSecretAvailability: { secondsLeft: 3000 } } } }),
      );
      await page.goto("/vault_000000000000000000000000/AAAAAAAAAAAAAAAAAAAAAA");
      await attempt(page, "anchor banjo cactus dolphin eagle falcon");
      await page.locator('.card[data-state="opening"]').waitFor();
      expect((await moving(page)).includes("transform")).toBe(moves);
    });
  },
);
