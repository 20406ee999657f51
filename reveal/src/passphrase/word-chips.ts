import { element, svg } from "../dom.ts";
import { say, sayNumber } from "../text/catalogue.ts";
import { type TypedWord, WORDS } from "./passphrase.ts";

/** State of a position: its word's, or empty. */
type ChipState = TypedWord["state"] | "empty";

/** Drawn in a 16 × 16 square. */
const ICONS: Record<ChipState, string> = {
  listed: "M3 8.5l3.3 3.3L13 4.8",
  unknown: "M4 4l8 8M12 4l-8 8",
  open: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  unchecked: "",
  empty: "",
};

/** Text of a chip's state for screen readers. */
const NAMES = { listed: "chipListed", unknown: "chipUnknown", open: "chipOpen", empty: "chipEmpty" } as const;

/** The six positions of the passphrase, each with its word and whether that is on the list. */
export function createWordChips(select: (at: number) => void) {
  const chips = Array.from({ length: WORDS }, (_, i) => createChip(() => select(i + 1)));
  // As in the field, the first word is on the left in every language.
  const list = element("ol", { class: "chips", dir: "ltr" }, ...chips.map(({ item }) => item));
  return {
    list,
    write(words: readonly TypedWord[]) {
      list.setAttribute("aria-label", say("chips"));
      for (const [i, chip] of chips.entries()) chip.write(i + 1, words[i]);
    },
  };
}

function createChip(select: () => void) {
  const number = element("span", { class: "chip-number", "aria-hidden": "true" });
  const text = element("span", { class: "chip-word", translate: "no", lang: "en" });
  const path = svg("path", {});
  const icon = svg("svg", { class: "chip-icon", viewBox: "0 0 16 16", "aria-hidden": "true" }, path);
  const name = element("span", { class: "unseen" });
  const item = element("li", {}, number, text, icon, name);
  // For touch, where placing a caret is hard. Keyboard users have the field itself.
  item.addEventListener("click", select);
  return {
    item,
    write(at: number, word: TypedWord | undefined) {
      const state = word?.state ?? "empty";
      item.dataset.state = state;
      number.textContent = sayNumber(at);
      text.textContent = word?.text ?? "";
      path.setAttribute("d", ICONS[state]);
      name.textContent = state === "unchecked" ? "" : ` ${say(NAMES[state])}`;
    },
  };
}
