import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { PASSWORD, useProject } from "../support/sender.ts";
import { useSharedStack } from "../support/stack.ts";

const stack = useSharedStack();

const NEW_PASSWORD = "a staple for the battery";

/** One account in two browsers, both on its project's page. */
async function twoBrowsers() {
  const here = await stack.current.newPerson();
  const email = await useProject(here);
  const elsewhere = await stack.current.newPerson();
  await elsewhere.goto("/sign-in");
  await signIn(elsewhere, email, PASSWORD);
  await elsewhere.goto(new URL(here.url()).pathname);
  await elsewhere.getByRole("heading", { name: "Payments", level: 1 }).waitFor();
  return { here, elsewhere, email };
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: /^Account:/ }).waitFor();
}

/** Opens the dialog from the account menu, fills it in and submits it. */
async function changePassword(page: Page, currentPassword: string, newPassword: string) {
  await page.getByRole("button", { name: /^Account:/ }).click();
  await page.getByRole("button", { name: "Change password…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Current password").fill(currentPassword);
  await dialog.getByLabel("New password").fill(newPassword);
  await dialog.getByRole("button", { name: "Change password" }).click();
  return dialog;
}

async function isSignedIn(page: Page): Promise<boolean> {
  const answer = await page.request.post("/graphql", { data: { query: "{ viewer { id } }" } });
  return (await answer.json()).data.viewer !== null;
}

describe("changing the password", () => {
  it("signs out every other browser and keeps this one signed in", async () => {
    const { here, elsewhere, email } = await twoBrowsers();
    const dialog = await changePassword(here, PASSWORD, NEW_PASSWORD);
    await dialog.getByText("All your other devices were signed out").waitFor();
    expect(await isSignedIn(elsewhere)).toBe(false);
    await elsewhere.getByText("Your session has ended").waitFor();

    await dialog.getByRole("button", { name: "Done" }).click();
    await here.reload();
    await here.getByRole("heading", { name: "Payments", level: 1 }).waitFor();
    await signIn(elsewhere, email, NEW_PASSWORD);
  });

  it.each([
    ["a wrong current password", "wrong horse battery", NEW_PASSWORD, "Current password"],
    ["a new password of 11 characters", PASSWORD, "elevenchars", "New password"],
    ["the same password again", PASSWORD, PASSWORD, "New password"],
  ])("refuses %s at the field and changes nothing", async (_what, currentPassword, newPassword, field) => {
    const { here, elsewhere } = await twoBrowsers();
    const dialog = await changePassword(here, currentPassword, newPassword);
    await dialog.locator("[aria-invalid=true]").waitFor();
    const refused = dialog.getByLabel(field);
    expect(await refused.getAttribute("aria-invalid")).toBe("true");
    expect(await refused.evaluate((input) => input === document.activeElement)).toBe(true);
    expect(await dialog.getByLabel("New password").inputValue()).toBe(newPassword);
    expect(await isSignedIn(here)).toBe(true);
    expect(await isSignedIn(elsewhere)).toBe(true);
  });
});

describe("signing out", () => {
  it("signs out every browser, and invalidates their cookies", async () => {
    const { here, elsewhere } = await twoBrowsers();
    const stolen = await elsewhere.context().cookies();
    await here.getByRole("button", { name: /^Account:/ }).click();
    await here.getByRole("button", { name: /^Sign out/ }).click();
    await here.getByRole("heading", { name: "Sign in" }).waitFor();
    await elsewhere.getByText("Your session has ended").waitFor();

    const thief = await stack.current.newPerson();
    await thief.context().addCookies(stolen);
    expect(await isSignedIn(thief)).toBe(false);
  });
});
