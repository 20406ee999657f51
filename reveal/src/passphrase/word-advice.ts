import { element } from "../dom.ts";
import { say } from "../text/catalogue.ts";
import { noticeText, wordCountText } from "../text/messages.ts";
import type { Advice } from "./advice.ts";

/** How long to be quiet before reading advice out: nobody wants to be interrupted at every letter. */
const READ_OUT_AFTER = 800;

/** The line under the field: how many words stand there, what is wrong with one, and words to take instead. */
export function createWordAdvice(take: (word: string, at: number) => void) {
  const text = element("span", { id: "passphrase-advice" });
  const offers = element("span", { class: "offers" });
  const line = element("div", { class: "advice" }, text, offers);
  const readOut = element("p", { class: "unseen", role: "status" });
  let waiting: ReturnType<typeof setTimeout> | undefined;

  // A press must not take the focus from the field: that would fold a phone's keyboard away.
  offers.addEventListener("mousedown", (event) => event.preventDefault());

  function offer(word: string, at: number): HTMLElement {
    const name = say("useWord", { word });
    const button = element("button", { type: "button", class: "offer", "aria-label": name }, word);
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
