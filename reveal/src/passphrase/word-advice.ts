import { element } from "../dom.ts";
import { say } from "../text/catalogue.ts";
import { noticeText, wordCountText } from "../text/messages.ts";
import type { Advice } from "./advice.ts";

/** Delay in ms before advice is announced, so that typing is not interrupted at every letter. */
const READ_OUT_AFTER = 800;

/** The line below the field: how many words there are, what is wrong with one, and suggestions. */
export function createWordAdvice(take: (word: string, at: number) => void) {
  const text = element("span", { id: "passphrase-advice" });
  const offers = element("span", { class: "offers" });
  const line = element("div", { class: "advice" }, text, offers);
  const readOut = element("p", { class: "unseen", role: "status" });
  let waiting: ReturnType<typeof setTimeout> | undefined;

  // A press must not move the focus out of the field, which would hide a phone's keyboard.
  offers.addEventListener("mousedown", (event) => event.preventDefault());

  function offer(word: string, at: number): HTMLElement {
    const name = say("useWord", { word });
    // The browser's translator must not change the word.
    const attributes = { type: "button", class: "offer", "aria-label": name, translate: "no", lang: "en" };
    const button = element("button", attributes, word);
    button.addEventListener("click", () => take(word, at));
    return button;
  }

  return {
    line,
    readOut,
    write(advice: Advice) {
      const offered = "offered" in advice ? advice.offered : [];
      line.dataset.kind = advice.kind;
      text.textContent = adviceText(advice);
      offers.replaceChildren(...offered.map((word) => offer(word, "at" in advice ? advice.at : 0)));
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        const isWorthSaying = advice.kind !== "count" && advice.kind !== "loading";
        const said = isWorthSaying ? [adviceText(advice), ...offered].join(" ") : "";
        if (readOut.textContent !== said) readOut.textContent = said;
      }, READ_OUT_AFTER);
    },
  };
}

function adviceText(advice: Advice): string {
  switch (advice.kind) {
    case "count":
      return wordCountText(advice.words);
    case "unknownWord":
      return say(advice.offered.length > 0 ? "adviceMeant" : "adviceUnknown", { at: advice.at });
    case "problem":
      return noticeText(advice.problem);
    case "good":
      return say("adviceGood");
    case "picked":
      return say("advicePicked");
    case "loading":
      return say("adviceLoading");
    case "missing":
      return say("adviceMissing");
  }
}
