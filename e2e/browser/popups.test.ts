import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { createHandOff, openDialog, useProject } from "../support/sender.ts";
import { useSharedStack } from "../support/stack.ts";

const stack = useSharedStack();

const HEIGHT = 780;

/** How far an element reaches beyond the left or right edge of the viewport, in px. */
const overhang = (popup: Locator) =>
  popup.evaluate((element) => {
    const { left, right } = element.getBoundingClientRect();
    return Math.max(-left, right - document.documentElement.clientWidth, 0);
  });

async function atProject(width = 1280): Promise<Page> {
  const page = await stack.current.newPerson({ viewport: { width, height: HEIGHT } });
  await useProject(page);
  return page;
}

describe.each([320, 360, 390, 430])("at %i px", (width) => {
  it("every menu is inside the screen, and New secret needs none", async () => {
    const page = await atProject(width);
    await page.getByTestId("live").getByText("Live", { exact: true }).waitFor();
    const opener = page.getByRole("button", { name: "New secret" });
    expect(await overhang(opener)).toBe(0);
    await openDialog(page);
    await page.keyboard.press("Escape");

    await page.getByRole("button", { name: /^Account/ }).click();
    expect(await overhang(page.locator(".menu-list"))).toBe(0);
    await page.keyboard.press("Escape");

    await page.getByRole("link", { name: "Audit" }).click();
    await page.getByRole("button", { name: "Export" }).click();
    const menu = page.getByRole("menu");
    expect(await overhang(menu)).toBe(0);
  });

  it("the menu of the sign-in page is inside the screen", async () => {
    const page = await stack.current.newPerson({ viewport: { width, height: HEIGHT } });
    await page.goto("/sign-in");
    await page.getByRole("button", { name: /^Language and appearance/ }).click();
    expect(await overhang(page.locator(".menu-list"))).toBe(0);
  });
});

it.each(["left", "right"])(
  "a menu whose button is cut off at the %s stays inside the screen",
  async (side) => {
    const page = await atProject(430);
    await page.getByRole("link", { name: "Audit" }).click();
    const button = page.getByRole("button", { name: "Export" });
    await button.click();
    await page.locator(".menu", { has: page.getByRole("menu") }).evaluate((menu: HTMLElement, edge) => {
      menu.style.position = "fixed";
      menu.style.setProperty(edge, "-40px");
    }, side);
    expect(await overhang(page.getByRole("menu"))).toBeGreaterThan(0);
    await page.setViewportSize({ width: 340, height: HEIGHT });
    await expect.poll(() => overhang(page.getByRole("menu"))).toBe(0);
  },
);

describe("no group of fields has the browser's own frame", () => {
  /** Number of groups on screen, and those with a border or a padding. */
  const groups = (page: Page) =>
    page.evaluate(() => {
      const all = [...document.querySelectorAll("fieldset")];
      const framed = all.filter((one) => {
        const { borderTopWidth, paddingTop, paddingInlineStart } = getComputedStyle(one);
        return [borderTopWidth, paddingTop, paddingInlineStart].some((width) => width !== "0px");
      });
      return { some: all.length > 0, framed: framed.map(({ className }) => className) };
    });
  const plain = { some: true, framed: [] };

  it("in the dashboard", async () => {
    const page = await stack.current.newPerson();
    await page.goto("/sign-in");
    await page.getByRole("button", { name: /^Language and appearance/ }).click();
    expect(await groups(page)).toEqual(plain);

    await useProject(page);
    await page.getByRole("button", { name: /^Account/ }).click();
    expect(await groups(page)).toEqual(plain);
    await page.keyboard.press("Escape");
    await openDialog(page);
    expect(await groups(page)).toEqual(plain);
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Audit" }).click();
    await page.getByRole("button", { name: "Filter" }).click();
    expect(await groups(page)).toEqual(plain);
    await page.goto("/api-keys");
    await page.getByRole("button", { name: "New API key" }).click();
    expect(await groups(page)).toEqual(plain);
  });

  it("on the recipient's page", async () => {
    const { link } = await createHandOff(stack.current);
    const page = await stack.current.newPerson();
    await page.goto(link);
    await page.getByLabel("Passphrase").waitFor();
    expect(await groups(page)).toEqual(plain);
  });
});
