import type { Page } from "playwright-core";

/** The API explorer's editor, in English. */
export const editor = (page: Page) => page.getByRole("textbox", { name: "GraphQL document" });

/** Replaces the explorer's document by keyboard. Playwright's `fill` may insert before the editor has its selection. */
export async function writeDocument(page: Page, document: string): Promise<void> {
  await editor(page).focus();
  await page.keyboard.press("ControlOrMeta+a");
  // Chromium styles text inserted over a selection, which the policy blocks and reports.
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(document);
}
