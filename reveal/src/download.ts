/** Name of the file. Reveals nothing about its content, the sender or the product. */
export const FILE_NAME = "secret.txt";

/**
 * Time in ms before the object URL is revoked. The browser must have started to read it; Safari starts only after the
 * click event.
 */
const READ_WITHIN = 1000;

/** Downloads exactly this text as a file: UTF-8 without a BOM, line breaks unchanged. */
export function downloadExactly(text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = FILE_NAME;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), READ_WITHIN);
}
