/** The name of the file: it says nothing about what is in it, who sent it or who we are. */
export const FILE_NAME = "secret.txt";

/** The browser must have begun to read before the address ends; Safari begins only after the click is over. */
const READ_WITHIN = 1000;

/** Hands exactly this text to the browser as a file: UTF-8 without a mark, its line breaks as they are. */
export function downloadExactly(text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = FILE_NAME;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), READ_WITHIN);
}
