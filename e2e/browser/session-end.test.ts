import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { createSecret, openDialog, PASSWORD, rowOf, useProject } from "../support/sender.ts";
import { useSharedStack } from "../support/stack.ts";

const stack = useSharedStack();

/** Signs the account out in another browser, which ends all of its sessions. */
async function endElsewhere(email: string): Promise<void> {
  const elsewhere = await stack.current.newPerson({ extraHTTPHeaders: { origin: stack.current.url } });
  const signedIn = await elsewhere.request.post("/api/auth/sign-in/email", {
    data: { email, password: PASSWORD },
  });
  expect(signedIn.ok()).toBe(true);
  const out = await elsewhere.request.post("/api/auth/sign-out", { data: {} });
  expect(out.ok()).toBe(true);
}

async function signInAgain(page: Page, email?: string): Promise<void> {
  const dialog = page.getByRole("dialog", { name: "Sign in" });
  await dialog.getByText("Your session has ended").waitFor();
  if (email) await dialog.getByLabel("Email").fill(email);
  await dialog.getByLabel("Password").fill(PASSWORD);
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await dialog.waitFor({ state: "detached" });
}

/** A page whose session has ended while the dialog New TTL secret was filled in. */
async function typedSecret() {
  const page = await stack.current.newPerson();
  const email = await useProject(page);
  const dialog = await openDialog(page);
  await dialog.getByLabel("Name").fill("Database password");
  await dialog.getByLabel("Value", { exact: true }).fill("typed-4711");
  await endElsewhere(email);
  await page.getByRole("button", { name: "Create secret" }).click();
  return { page, email, dialog };
}

describe("when the session ends while something is typed", () => {
  it("a new secret is kept: sign in over it, then create it with one press", async () => {
    const { page, dialog } = await typedSecret();
    await page.getByRole("dialog", { name: "Sign in" }).waitFor();
    // The page is not readable meanwhile, and nothing typed is stored.
    expect(await dialog.isVisible()).toBe(false);
    const stored = await page.evaluate(() =>
      JSON.stringify([location.href, history.state, { ...localStorage }, { ...sessionStorage }]),
    );
    expect(stored).not.toContain("typed-4711");

    await signInAgain(page);
    expect(await dialog.getByLabel("Name").inputValue()).toBe("Database password");
    expect(await dialog.getByLabel("Value", { exact: true }).inputValue()).toBe("typed-4711");
    const create = dialog.getByRole("button", { name: "Create secret" });
    await expect.poll(() => create.evaluate((button) => button === document.activeElement)).toBe(true);
    await page.keyboard.press("Enter");
    await page.getByTestId("link").waitFor();
    await rowOf(page).getByText("Pending").waitFor({ state: "attached" });
    await page.getByTestId("live").getByText("Live", { exact: true }).waitFor();
  });

  it("another account gets nothing of it", async () => {
    const other = await stack.current.newPerson();
    const otherEmail = await useProject(other, "Other");
    const { page } = await typedSecret();
    await signInAgain(page, otherEmail);
    await page.getByText("Project not found").waitFor();
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(await page.content()).not.toMatch(/typed-4711|Database password|Payments/);
  });

  it("asks before it is discarded", async () => {
    const { page, dialog } = await typedSecret();
    const again = page.getByRole("dialog", { name: "Sign in" });
    await again.waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("Leave without signing in?").waitFor();
    await page.getByRole("button", { name: "Go back" }).click();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Leave" }).click();
    await page.waitForURL(/\/sign-in$/);
    expect(await dialog.count()).toBe(0);
    expect(await page.content()).not.toContain("typed-4711");
  });

  it("the link and passphrase of a new secret are kept", async () => {
    const page = await stack.current.newPerson();
    const email = await useProject(page);
    const { link, passphrase } = await createSecret(page);
    await endElsewhere(email);
    await signInAgain(page);
    expect(await page.getByTestId("link").textContent()).toBe(link);
    expect(await page.getByTestId("passphrase").textContent()).toBe(passphrase);
    expect(await page.getByTestId("link").isVisible()).toBe(true);
  });

  it("a project's name is kept: new and renamed", async () => {
    const page = await stack.current.newPerson();
    const email = await useProject(page);
    await page.getByRole("button", { name: "Rename" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Refunds");
    await endElsewhere(email);
    await page.keyboard.press("Enter");
    await signInAgain(page);
    await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
    await page.getByRole("heading", { name: "Refunds", level: 1 }).waitFor();

    await page.goto("/");
    await page.getByRole("button", { name: "New project" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Invoices");
    await endElsewhere(email);
    await page.keyboard.press("Enter");
    await signInAgain(page);
    await page.getByRole("dialog").getByRole("button", { name: "Create project" }).click();
    await page.getByRole("heading", { name: "Invoices", level: 1 }).waitFor();
  });

  it("a new API key and an audit filter are kept", async () => {
    const page = await stack.current.newPerson();
    const email = await useProject(page);
    await page.getByRole("link", { name: "Audit" }).click();
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByLabel("From").fill("2026-03-01");
    await endElsewhere(email);
    await signInAgain(page);
    expect(await page.getByLabel("From").inputValue()).toBe("2026-03-01");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.waitForURL(/from=2026-03-01/);

    await page.goto("/api-keys");
    await page.getByRole("button", { name: "New API key" }).click();
    const dialog = page.getByRole("dialog", { name: "New API key" });
    await dialog.getByLabel("Name").fill("Billing");
    await endElsewhere(email);
    await page.keyboard.press("Enter");
    await signInAgain(page);
    await dialog.getByRole("button", { name: "Create key" }).click();
    await page.getByTestId("api-key-text").waitFor();
  });
});
