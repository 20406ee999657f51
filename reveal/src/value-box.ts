import { copyExactly, isAllSelected, selectAll } from "./clipboard.ts";
import { element } from "./dom.ts";
import { downloadExactly } from "./download.ts";
import type { State } from "./state.ts";
import { say } from "./text/catalogue.ts";

/** What a person can do with the value. */
interface ValueActions {
  copied(): void;
  saved(): void;
  /** Says how it went. */
  tell(label: "copiedNote" | "copyRefused" | "downloadedNote"): void;
}

/** The value, shown as text only, and what can be done with it. */
export function createValueBox({ copied, saved, tell }: ValueActions) {
  // The text node shows the value; copying hands over this variable, so that not a byte changes on the way.
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
    tell(isCopied ? "copiedNote" : "copyRefused");
  });
  download.addEventListener("click", () => {
    downloadExactly(value);
    saved();
    tell("downloadedNote");
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
      // One line is pasted; a key or a certificate is a file to begin with.
      download.hidden = !/[\r\n]/.test(value);
      setHidden(Boolean(text.hidden));
    },
  };
}
