import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { attempt, expectScreen, openLink, readValue } from "./recipient.ts";
import { createSecret, leaveHandOff, openDialog, rowOf, submitDialog, useProject } from "./sender.ts";
import { useStack } from "./stack.ts";

const stack = useStack();

/** Every screen as it was last seen; not committed. */
const SCREENSHOTS = fileURLToPath(new URL("./screenshots/", import.meta.url));
/** The README's pictures; written anew by `pnpm pictures`. */
const PICTURES = fileURLToPath(new URL("./pictures/", import.meta.url));

const LOOKS = (["light", "dark"] as const).flatMap((colorScheme) => [
  { colorScheme, device: "phone", viewport: { width: 390, height: 844 } },
  { colorScheme, device: "desktop", viewport: { width: 1280, height: 800 } },
]);

/** One look at a screen: nothing for axe to find (WCAG 2.2 AA), nothing wider than the screen; and a picture. */
async function look(page: Page, name: string): Promise<void> {
  // A transition half-way has colours that are nobody's choice.
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {}))),
  );
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`),
    name,
  ).toEqual([]);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, `${name} scrolls sideways`).toBeLessThanOrEqual(0);
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}${name}.png`, fullPage: true });
}

/** Keeps what is on screen as a picture for the README, when asked to. */
async function picture(page: Page, name: string): Promise<void> {
  if (process.env.UPDATE_PICTURES) await page.screenshot({ path: `${PICTURES}${name}.png` });
}

describe.each(LOOKS)("on a $device, $colorScheme", ({ colorScheme, device, viewport }) => {
  const isPictured = device === "desktop" && colorScheme === "light";
  const name = (screen: string) => `${screen}-${device}-${colorScheme}`;
  const newPerson = () => stack.current.newPerson({ colorScheme, viewport });

  it("every screen of the dashboard is accessible and fits", async () => {
    const page = await newPerson();
    await page.goto("/sign-in");
    await page.getByLabel("Password").waitFor();
    await look(page, name("dashboard-sign-in"));
    await page.goto("/sign-up");
    await page.getByLabel("Password").waitFor();
    await look(page, name("dashboard-sign-up"));

    await useProject(page, "Payments", isPictured ? "ada@example.com" : undefined);
    await page.getByRole("button", { name: "New secret" }).first().waitFor();
    await look(page, name("dashboard-project-empty"));
    await openDialog(page);
    await look(page, name("dashboard-new-secret"));
    await submitDialog(page, { name: " ", value: "", hours: "24", minutes: "1" });
    await look(page, name("dashboard-new-secret-refused"));
    await submitDialog(page, { name: "Staging SSH key", hours: "1", minutes: "0" });
    await page.getByTestId("link").waitFor();
    await look(page, name("dashboard-hand-off"));
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByText(/haven.t copied/i).waitFor();
    await look(page, name("dashboard-hand-off-not-copied"));
    await page.reload();

    const viewed = await createSecret(page, { name: "Production database password" });
    await leaveHandOff(page);
    const burnt = await createSecret(page, { name: "Payment provider key" });
    await leaveHandOff(page);
    const revoked = await createSecret(page, { name: "VPN login" });
    expect(revoked.link).toBeTruthy();
    await leaveHandOff(page);
    const recipient = await stack.current.newPerson();
    await openLink(recipient, viewed.link);
    await attempt(recipient, viewed.passphrase);
    await expectScreen(recipient, "revealed");
    await openLink(recipient, burnt.link);
    await attempt(recipient, "anchor banjo cactus dolphin eagle falcon");
    await expectScreen(recipient, "destroyed");
    await rowOf(page, "VPN login")
      .getByRole("button", { name: /Revoke/ })
      .click();
    await page.getByRole("dialog").waitFor();
    await look(page, name("dashboard-revoke"));
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /Revoke/ })
      .click();
    await rowOf(page, "VPN login").getByText("Revoked").waitFor();
    await rowOf(page, "Payment").getByText("Destroyed").waitFor();
    await rowOf(page, "Production").getByText("Viewed").waitFor();
    await look(page, name("dashboard-project"));
    if (isPictured) await picture(page, "dashboard");

    await page
      .getByRole("button", { name: /Delete/ })
      .first()
      .click();
    await page.getByRole("dialog").getByRole("textbox").waitFor();
    await look(page, name("dashboard-delete-project"));
    await page.reload();
    await page.getByRole("link", { name: "Audit" }).click();
    await page.getByText("Revoked").first().waitFor();
    await look(page, name("dashboard-audit"));
    await page.goto("/");
    await page.getByText("Payments").first().waitFor();
    await look(page, name("dashboard-projects"));
    await page.goto("/api-keys");
    await page.getByRole("button", { name: "New API key" }).waitFor();
    await look(page, name("dashboard-api-keys-empty"));
    await page.getByRole("button", { name: "New API key" }).click();
    const keyDialog = page.getByRole("dialog");
    await keyDialog.getByLabel("In all projects").uncheck();
    await keyDialog.getByLabel("Payments").check();
    await keyDialog.getByLabel("Days").fill("0");
    await keyDialog.getByRole("button", { name: "Create key" }).click();
    await look(page, name("dashboard-api-key-form"));
    await keyDialog.getByLabel("Days").fill("90");
    await keyDialog.getByLabel("Name").fill("Deploy bot");
    await keyDialog.getByRole("button", { name: "Create key" }).click();
    await keyDialog.getByTestId("api-key-text").waitFor();
    await look(page, name("dashboard-api-key"));
    await page.reload();
    await page.getByText("Deploy bot").waitFor();
    await look(page, name("dashboard-api-keys"));
    await page.goto("/nowhere");
    await page.getByRole("heading").first().waitFor();
    await look(page, name("dashboard-not-found"));
  });

  it("every screen of the recipient's page is accessible and fits", async () => {
    const sender = await stack.current.newPerson();
    await useProject(sender);
    const value = "postgres://app:Zq7!f0-hT2@db.example.com/prod";
    const { link, passphrase } = await createSecret(sender, { value });
    await leaveHandOff(sender);
    const burnt = await createSecret(sender);

    const page = await newPerson();
    await openLink(page, link);
    await look(page, name("reveal-asking"));
    if (isPictured) await picture(page, "reveal");
    await attempt(page, "too few words");
    await page.getByRole("alert").waitFor();
    await look(page, name("reveal-refused"));
    await attempt(page, passphrase);
    expect(await readValue(page)).toBe(value);
    await look(page, name("reveal-revealed"));
    page.on("dialog", (dialog) => void dialog.accept());
    await page.goto(link);
    await expectScreen(page, "notAvailable");
    await look(page, name("reveal-not-available"));
    await openLink(page, burnt.link);
    await attempt(page, "anchor banjo cactus dolphin eagle falcon");
    await expectScreen(page, "destroyed");
    await look(page, name("reveal-destroyed"));
  });
});
