import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect } from "vitest";

/** Every screen as `pnpm screenshots` last saw it; not committed. */
const SCREENSHOTS = fileURLToPath(new URL("../screenshots/", import.meta.url));

/** WCAG 2.2, levels A and AA, in the words of axe. */
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/**
 * The looks that every screen is held to. The phone is the narrowest that WCAG asks for, 320 px, which is also what
 * 400 % zoom leaves of a window of 1,280.
 */
export const LOOKS = (["light", "dark"] as const).flatMap((colorScheme) => [
  { colorScheme, device: "phone", viewport: { width: 320, height: 693 } },
  { colorScheme, device: "desktop", viewport: { width: 1280, height: 800 } },
]);

/** The rules whose findings depend on colours, which are all that the scheme changes. */
const COLOUR_RULES = ["color-contrast", "link-in-text-block"];

/**
 * Holds what is on screen to WCAG 2.2 AA and to the width of the screen; to the rules about colours only where the same
 * screen is held to all of them in another scheme. `pnpm screenshots` keeps a picture under the name, and spares no rule.
 */
export async function expectAccessible(
  page: Page,
  name: string,
  { onlyColours = false } = {},
): Promise<void> {
  // A transition half-way has colours that are nobody's choice; a ring that turns never ends.
  await page.evaluate(() => {
    for (const animation of document.getAnimations()) {
      if (animation.effect?.getComputedTiming().iterations === 1) animation.finish();
    }
  });
  const { violations } = await new AxeBuilder({ page })
    .options({
      runOnly: onlyColours && !process.env.SCREENSHOTS ? COLOUR_RULES : WCAG,
      resultTypes: ["violations"],
    })
    // No page of ours has a frame, for whose findings axe would open a second page each time.
    .setLegacyMode()
    .analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`),
    name,
  ).toEqual([]);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, `${name} scrolls sideways`).toBeLessThanOrEqual(0);
  if (!process.env.SCREENSHOTS) return;
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}${name}.png`, fullPage: true });
}
