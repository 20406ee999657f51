import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { createSecret, leaveHandOff, PASSWORD, rowOf, useProject } from "../support/sender.ts";
import { useSharedStack } from "../support/stack.ts";

const stack = useSharedStack();

/** More tab stops than any page or dialog has. */
const MOST_STOPS = 60;

/** Presses Tab until the target has the focus. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let stops = 0; stops < MOST_STOPS; stops++) {
    if (await isFocused(target)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab doesn't reach ${target}`);
}

const isFocused = (target: Locator) => target.evaluate((element) => element === document.activeElement);

/** Waits until an element has the focus. With the focus on the body, Tab starts from the top again. */
const focusIsKept = (page: Page) =>
  page.waitForFunction(() => document.activeElement && document.activeElement !== document.body);

async function atProject() {
  const page = await stack.current.newPerson();
  await useProject(page);
  return page;
}

describe("with the keyboard alone", () => {
  it("a member signs in, creates a secret and copies its link", async () => {
    const page = await stack.current.newPerson({ permissions: ["clipboard-read", "clipboard-write"] });
    const email = await useProject(page);
    await page.context().clearCookies();
    await page.goto("/sign-in");

    await tabTo(page, page.getByLabel("Email"));
    await page.keyboard.type(email);
    await tabTo(page, page.getByLabel("Password"));
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await tabTo(page, page.getByRole("link", { name: "Payments" }));
    await page.keyboard.press("Enter");
    await tabTo(page, page.getByRole("button", { name: "New secret" }).first());
    await page.keyboard.press("Enter");

    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    expect(await isFocused(dialog.getByLabel("Name"))).toBe(true);
    await page.keyboard.type("Database password");
    await tabTo(page, dialog.getByLabel("Value", { exact: true }));
    await page.keyboard.type("hunter2");
    await tabTo(page, dialog.getByRole("button", { name: "Create secret" }));
    await page.keyboard.press("Enter");
    await tabTo(page, page.getByRole("button", { name: "Copy link" }));
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Link copied" }).waitFor();
    const link = await page.getByTestId("link").textContent();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link?.trim());
  });
});

describe("the focus", () => {
  it("returns to the button that opened a dialog", async () => {
    const page = await atProject();
    const opener = page.getByRole("button", { name: "Rename" });
    await tabTo(page, opener);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await isFocused(opener)).toBe(true);
  });

  it("stays in the page when its element is removed: after a revoke, and after a project is deleted", async () => {
    const page = await atProject();
    await createSecret(page, { name: "VPN login" });
    await leaveHandOff(page);
    await focusIsKept(page);
    await tabTo(page, rowOf(page, "VPN login").getByRole("button", { name: /Revoke/ }));
    await page.keyboard.press("Enter");
    await tabTo(page, page.getByRole("dialog").getByRole("button", { name: "Revoke", exact: true }));
    await page.keyboard.press("Enter");
    await rowOf(page, "VPN login").getByText("Revoked").waitFor();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await focusIsKept(page);

    await tabTo(page, page.getByRole("button", { name: /Delete/ }).first());
    await page.keyboard.press("Enter");
    await tabTo(page, page.getByRole("dialog").getByRole("textbox"));
    await page.keyboard.type("Payments");
    await page.keyboard.press("Enter");
    await page.getByText("Start with a project").waitFor();
    await focusIsKept(page);
  });

  it("moves to the new page when a link is followed", async () => {
    const page = await atProject();
    await tabTo(page, page.getByRole("link", { name: "Audit" }));
    await page.keyboard.press("Enter");
    await page.getByText("Nothing has happened yet").waitFor();
    await page.waitForFunction(() => document.activeElement === document.querySelector("main"));
  });
});

describe("on paper", () => {
  it("is dark on light in either scheme, without buttons", async () => {
    const page = await stack.current.newPerson({ colorScheme: "dark" });
    await useProject(page);
    await createSecret(page, { name: "VPN login" });
    await leaveHandOff(page);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const name = rowOf(page, "VPN login").getByText("VPN login").first();
    await name.waitFor();
    const ink = await name.evaluate((element) => getComputedStyle(element).color.match(/\d+/g)?.map(Number));
    expect(Math.max(...(ink ?? [255]))).toBeLessThan(80);
    expect(await page.getByRole("button").count()).toBe(0);
  });
});
