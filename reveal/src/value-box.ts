import { copyExactly, isAllSelected, selectAll } from "./clipboard.ts";
import { element } from "./dom.ts";
import { downloadExactly } from "./download.ts";
import type { State } from "./state.ts";
import { say } from "./text/catalogue.ts";

/** What the recipient can do with the value. */
interface ValueActions {
  copied(): void;
  saved(): void;
  /** Shows the result of an action. */
  showStatus(label: "copiedNote" | "copyRefused" | "downloadedNote"): void;
}

/** The revealed value as plain text, with its actions. */
export function createValueBox({ copied, saved, showStatus }: ValueActions) {
  // Copying uses this variable instead of the text node, so that every byte is preserved.
  let value = "";
  const text = element("pre", {
    class: "value",
    "data-testid": "secret-value",
    tabindex: "0",
    role: "group",
    dir: "auto",
    translate: "no",
  });
  const veil = element("p", { class: "value veil" });
  const copy = element("button", { type: "button", class: "primary" });
  const download = element("button", { type: "button", class: "secondary" });
  const hide = element("button", { type: "button", class: "secondary" });
  const buttons = element("div", { class: "buttons" }, copy, download, hide);
  const box = element("div", { class: "revealed" }, text, veil, buttons);

  const setHidden = (isHidden: boolean) => {
    text.hidden = isHidden;
    veil.hidden = !isHidden;
    hide.textContent = say(isHidden ? "unhide" : "hide");
  };

  text.addEventListener("copy", (event) => {
    if (!event.clipboardData || !isAllSelected(text)) return;
    event.clipboardData.setData("text/plain", value);
    event.preventDefault();
    copied();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "a" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    selectAll(text);
  });
  copy.addEventListener("click", async () => {
    const isCopied = await copyExactly(value, text, () => setHidden(false));
    if (isCopied) copied();
    showStatus(isCopied ? "copiedNote" : "copyRefused");
  });
  download.addEventListener("click", () => {
    downloadExactly(value);
    saved();
    showStatus("downloadedNote");
  });
  hide.addEventListener("click", () => setHidden(!text.hidden));

  return {
    box,
    write(state: State) {
      const isRevealed = state.kind === "revealed";
      const wanted = isRevealed ? state.value : "";
      if (wanted !== value || !isRevealed) {
        value = wanted;
        text.textContent = wanted;
        text.hidden = false;
      }
      box.hidden = !isRevealed;
      text.setAttribute("aria-label", say("value"));
      veil.textContent = say("hiddenNote");
      copy.textContent = say(isRevealed && state.copied ? "copied" : "copy");
      copy.classList.toggle("done", isRevealed && state.copied);
      download.textContent = say("download");
      // A single line is pasted; a key or a certificate usually is a file.
      download.hidden = !/[\r\n]/.test(value);
      setHidden(Boolean(text.hidden));
    },
  };
}
