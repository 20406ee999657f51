import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect } from "vitest";

/** Screenshots of `pnpm screenshots`; not committed. */
const SCREENSHOTS = fileURLToPath(new URL("../screenshots/", import.meta.url));

/** WCAG 2.2, levels A and AA, as axe's tags. */
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Rules whose findings depend on colours. A colour scheme changes nothing else. */
const COLOUR_RULES = ["color-contrast", "link-in-text-block"];

/** In the order of the checks. The test continues in the last one. */
const SCHEMES = ["dark", "light"] as const;

/** 320 px is the narrowest width that WCAG requires, and what 400 % zoom leaves of 1,280 px. */
export const PHONE = { width: 320, height: 693 };
export const DESKTOP = { width: 1280, height: 800 };

/**
 * Checks a screen in both colour schemes, in each viewport: WCAG 2.2 AA, and that nothing is wider than the screen. In
 * the dark scheme only the rules about colours run. `pnpm screenshots` runs all rules and stores each look under `name`.
 * The page ends in the last viewport and the light scheme.
 */
export async function expectAccessible(
  page: Page,
  name: string,
  viewports = [page.viewportSize() ?? DESKTOP],
): Promise<void> {
  for (const viewport of viewports) {
    await page.setViewportSize(viewport);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      await expectAccessibleLook(page, `${name}-${viewport.width}-${colorScheme}`, colorScheme === "dark");
    }
  }
}

async function expectAccessibleLook(page: Page, look: string, onlyColours: boolean): Promise<void> {
  // Colours during a transition are arbitrary. A change of scheme starts transitions with the next frame, and in rows off
  // the screen (`content-visibility: auto`) only when their style is read. Endless animations can't be finished.
  await page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    for (const element of document.querySelectorAll("*")) void getComputedStyle(element).color;
    for (const animation of document.getAnimations()) {
      if (animation.effect?.getComputedTiming().iterations === 1) animation.finish();
    }
  });
  const { violations } = await new AxeBuilder({ page })
    .options({
      runOnly: onlyColours && !process.env.SCREENSHOTS ? COLOUR_RULES : WCAG,
      resultTypes: ["violations"],
    })
    // Our pages have no frames, for which axe would open a second page each time.
    .setLegacyMode()
    .analyze();
  expect(
    violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join(" ")}`,
    ),
    look,
  ).toEqual([]);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, `${look} scrolls sideways`).toBeLessThanOrEqual(0);
  if (!process.env.SCREENSHOTS) return;
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}${look}.png`, fullPage: true });
}
