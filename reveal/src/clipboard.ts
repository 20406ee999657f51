/**
 * Puts exactly this text on the clipboard, or says that the browser refused. The asynchronous clipboard is
 * for https only; a page served over plain http in somebody's own network has the older command, which copies
 * what `element`'s copy handler hands over. When both fail, `element` is left selected for copying by hand;
 * `show` makes it visible for that.
 */
export async function copyExactly(text: string, element: HTMLElement, show: () => void): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    show();
    const focused = document.activeElement;
    selectAll(element);
    const isCopied = document.execCommand("copy");
    // Whoever pressed a key to copy goes on from there.
    if (isCopied && focused instanceof HTMLElement) focused.focus();
    return isCopied;
  }
}

/** Selects everything in an element. */
export function selectAll(element: HTMLElement): void {
  element.focus();
  getSelection()?.selectAllChildren(element);
}

/** True when the selection takes in all of an element's text, so that copying it means copying everything. */
export function isAllSelected(element: HTMLElement): boolean {
  const selection = getSelection();
  const text = element.firstChild;
  if (!text || !selection?.rangeCount) return false;
  const range = selection.getRangeAt(0);
  return range.comparePoint(text, 0) === 0 && range.comparePoint(text, text.nodeValue?.length ?? 0) === 0;
}
