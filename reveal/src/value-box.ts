import { say } from "./catalogue.ts";
import { copyExactly, isAllSelected, selectAll } from "./clipboard.ts";
import { element } from "./dom.ts";
import type { State } from "./state.ts";

/** What a person can do with the value. */
interface ValueActions {
  copied(): void;
  /** Says how copying went. */
  tell(label: "copiedNote" | "copyRefused"): void;
}

/** The value, shown as text only, and what can be done with it. */
export function createValueBox({ copied, tell }: ValueActions) {
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
  const button = element("button", { type: "button", class: "primary" });
  const box = element("div", { class: "revealed" }, text, button);

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
  button.addEventListener("click", async () => {
    const isCopied = await copyExactly(value, text);
    if (isCopied) copied();
    tell(isCopied ? "copiedNote" : "copyRefused");
  });

  return {
    box,
    write(state: State) {
      const isRevealed = state.kind === "revealed";
      const wanted = isRevealed ? state.value : "";
      if (wanted !== value || !isRevealed) {
        value = wanted;
        text.textContent = wanted;
      }
      box.hidden = !isRevealed;
      text.setAttribute("aria-label", say("value"));
      button.textContent = say(isRevealed && state.copied ? "copied" : "copy");
      button.classList.toggle("done", isRevealed && state.copied);
    },
  };
}
