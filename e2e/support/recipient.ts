import type { Page } from "playwright-core";

/** Headings of the recipient's page, by screen. */
export const SCREEN = {
  asking: "Someone has shared a secret with you",
  revealed: "Here is your secret",
  destroyed: "Secret destroyed",
  notAvailable: "Secret not available",
  damagedLink: "This link is damaged",
} as const;

/** Waits until the page shows this screen. */
export async function expectScreen(page: Page, screen: keyof typeof SCREEN): Promise<void> {
  await page.getByRole("heading", { name: SCREEN[screen] }).waitFor();
}

/** Opens a link and waits until the passphrase can be typed. */
export async function openLink(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await expectScreen(page, "asking");
}

/** Types a passphrase and clicks "View secret" once the page has recognised six words. */
export async function attempt(page: Page, passphrase: string): Promise<void> {
  await page.getByLabel("Passphrase").fill(passphrase);
  await page.getByRole("button", { name: "View secret" }).click();
}

/** Submits the form by Enter, which works even while the button is disabled. */
export async function pressEnter(page: Page): Promise<void> {
  await page.locator("#passphrase").press("Enter");
}

/** The value on screen, exactly. */
export async function readValue(page: Page): Promise<string> {
  await expectScreen(page, "revealed");
  return (await page.getByTestId("secret-value").evaluate((el) => el.textContent)) ?? "";
}

/** Confirms every dialog of the page, so that it can be left. A dialog may vanish with its page before the answer. */
export function leaveUnasked(page: Page): void {
  page.on("dialog", (dialog) => {
    dialog.accept().catch(() => {});
  });
}
