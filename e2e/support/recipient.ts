import type { Page } from "playwright-core";

/** The headings by which the recipient's page says where things stand. */
export const SCREEN = {
  asking: "Someone has shared a secret with you",
  revealed: "Here is your secret",
  destroyed: "Secret destroyed",
  notAvailable: "Secret not available",
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

/** Types a passphrase and asks for the secret, once the page has found six words of the list in it. */
export async function attempt(page: Page, passphrase: string): Promise<void> {
  await page.getByLabel("Passphrase").fill(passphrase);
  await page.getByRole("button", { name: "View secret" }).click();
}

/** Asks for the secret from within the field. Unlike the button, Enter is always there to be pressed. */
export async function pressEnter(page: Page): Promise<void> {
  await page.locator("#passphrase").press("Enter");
}

/** The value on screen, exactly. */
export async function readValue(page: Page): Promise<string> {
  await expectScreen(page, "revealed");
  return (await page.getByTestId("secret-value").evaluate((el) => el.textContent)) ?? "";
}

/** Lets the page go without a word, also where it asks first. A question may be gone with its page before the answer. */
export function leaveUnasked(page: Page): void {
  page.on("dialog", (dialog) => {
    dialog.accept().catch(() => {});
  });
}
