/**
 * Copies exactly this text to the clipboard. Resolves to false if the browser refused. The asynchronous clipboard
 * requires https; on plain http the older command copies what `element`'s copy handler provides. If both fail,
 * `element` stays selected for manual copying; `show` makes it visible first.
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
    // Return focus to the pressed button.
    if (isCopied && focused instanceof HTMLElement) focused.focus();
    return isCopied;
  }
}

/** Selects all content of an element. */
export function selectAll(element: HTMLElement): void {
  element.focus();
  getSelection()?.selectAllChildren(element);
}

/** Whether the selection covers all text of an element, so that copying it copies everything. */
export function isAllSelected(element: HTMLElement): boolean {
  const selection = getSelection();
  const text = element.firstChild;
  if (!text || !selection?.rangeCount) return false;
  const range = selection.getRangeAt(0);
  return range.comparePoint(text, 0) === 0 && range.comparePoint(text, text.nodeValue?.length ?? 0) === 0;
}
