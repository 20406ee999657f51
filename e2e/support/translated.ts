import type { Page } from "playwright-core";

/**
 * Does to a page what Chrome's translator does: puts each text node into two `<font>` elements, so that the node which
 * the page's script knows is no longer in the document. Leaves out what is marked `translate="no"`, unless `everything`.
 */
export async function translate(page: Page, { everything = false } = {}): Promise<void> {
  await page.evaluate((all) => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: Text[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode as Text);
    for (const text of texts) {
      const parent = text.parentElement;
      if (!text.data.trim() || !parent || parent.closest("script, style, textarea, noscript, option"))
        continue;
      if (!all && parent.closest("[translate=no]")) continue;
      const outer = document.createElement("font");
      const inner = document.createElement("font");
      inner.textContent = text.data;
      outer.append(inner);
      text.replaceWith(outer);
    }
  }, everything);
}

/** The visible text of a page. */
export const textOf = async (page: Page) => (await page.locator("body").allInnerTexts()).join("\n");
