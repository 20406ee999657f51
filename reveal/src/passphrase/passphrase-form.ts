import type { Actions } from "../actions.ts";
import { element } from "../dom.ts";
import { canSubmit, isRefusal, type Notice, type State } from "../state.ts";
import { say } from "../text/catalogue.ts";
import { noticeText } from "../text/messages.ts";
import { adviceOn } from "./advice.ts";
import { checkPassphrase, readPassphrase, WORDS, type WordList } from "./passphrase.ts";
import { createWordAdvice } from "./word-advice.ts";
import { createWordChips } from "./word-chips.ts";

/** Form with the passphrase field, the six words as recognized, and the submit button. */
export function createPassphraseForm({ submit, edited }: Pick<Actions, "submit" | "edited">) {
  let list: WordList = "loading";
  let said: Notice | null = null;

  const field = element("textarea", {
    id: "passphrase",
    name: "passphrase",
    rows: "2",
    dir: "ltr",
    autocomplete: "off",
    autocapitalize: "none",
    autocorrect: "off",
    spellcheck: "false",
    inputmode: "text",
    enterkeyhint: "go",
    "aria-describedby": "passphrase-hint passphrase-problem",
    // Keeps password managers, writing assistants and translators away from the words.
    "data-1p-ignore": "",
    "data-bwignore": "",
    "data-lpignore": "true",
    "data-form-type": "other",
    "data-gramm": "false",
    writingsuggestions: "false",
    translate: "no",
  });
  const advice = createWordAdvice(takeWord);
  const chips = createWordChips(selectWord);
  const problem = element("p", { id: "passphrase-problem", class: "problem", role: "alert" });
  const button = element("button", {
    type: "submit",
    class: "primary",
    "aria-describedby": "passphrase-advice",
  });
  const warningTitle = element("strong");
  const warningText = element("span");
  const warning = element("p", { class: "warning" }, warningTitle, " ", warningText);
  // Present only if the operator set a phrase.
  const hasPhrase = Boolean(document.querySelector(".recognition")?.textContent);
  const label = element("label", { for: "passphrase" });
  const hint = element("p", { id: "passphrase-hint", class: "hint" });
  const recognition = element("p", { class: "hint" });
  recognition.hidden = !hasPhrase;
  const noPassphrase = element("p", { class: "aside" });
  const controls = element(
    "fieldset",
    {},
    label,
    hint,
    recognition,
    field,
    advice.line,
    advice.readOut,
    chips.list,
    problem,
    button,
  );
  const form = element("form", { novalidate: "", autocomplete: "off" }, warning, controls, noPassphrase);

  function refresh(): void {
    const { value } = field;
    const judged = adviceOn(value, list);
    advice.write(judged);
    chips.write(judged.kind === "problem" ? [] : readPassphrase(value, list).words);
    // Not `disabled`: a press then explains what is missing, and screen readers can still find the button.
    button.setAttribute("aria-disabled", String(!checkPassphrase(value, list).ok));
    // The Content-Security-Policy allows setting styles from a script, but no style attributes in markup.
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
  }

  /** Clears the message about an attempt that was not made. */
  function clearProblem(): void {
    said = null;
    problem.textContent = "";
    field.removeAttribute("aria-invalid");
  }

  /** Replaces the field's content in a way that the browser can undo. */
  function rewrite(text: string): void {
    field.focus();
    field.select();
    if (!document.execCommand("insertText", false, text)) field.setRangeText(text);
  }

  function wordsThere(): string[] {
    return readPassphrase(field.value, list).words.map(({ text }) => text);
  }

  function takeWord(word: string, at: number): void {
    const words = wordsThere().map((there, i) => (i === at - 1 ? word : there));
    rewrite(words.join(" ") + (at === words.length && at < WORDS ? " " : ""));
  }

  function selectWord(at: number): void {
    const words = wordsThere();
    const word = words[at - 1];
    if (word === undefined) {
      field.focus();
      return;
    }
    rewrite(words.join(" "));
    const start = words.slice(0, at - 1).join(" ").length + (at > 1 ? 1 : 0);
    field.setSelectionRange(start, start + word.length);
  }

  /** Enter completes a word that has only one completion; otherwise it submits. */
  function enter(): void {
    const judged = adviceOn(field.value, list);
    const [completion] = judged.kind === "count" ? judged.offered : [];
    if (completion && judged.kind === "count") takeWord(completion, judged.at);
    else form.requestSubmit();
  }

  field.addEventListener("input", () => {
    edited();
    clearProblem();
    refresh();
  });
  // Enter counts once per press. Some on-screen keyboards only send `beforeinput`.
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    if (!event.repeat) enter();
  });
  field.addEventListener("beforeinput", (event) => {
    if (event.inputType !== "insertLineBreak" && event.inputType !== "insertParagraph") return;
    event.preventDefault();
    enter();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(field.value, list);
  });
  addEventListener("resize", refresh);

  return {
    form,
    write(state: State) {
      const isOpening = state.kind === "opening";
      const isPaused = state.kind === "paused" && state.during === "open";
      const isError = isRefusal(state);
      form.hidden = !(state.kind === "asking" || isOpening || isPaused);
      controls.disabled = isOpening;
      button.disabled = !canSubmit(state);
      label.textContent = say("field");
      hint.textContent = say("hint");
      recognition.textContent = say("recognition");
      button.textContent = say(isOpening ? "submitting" : "submit");
      warningTitle.textContent = say("warningTitle");
      warningText.textContent = say("warning");
      warning.hidden = isOpening;
      noPassphrase.textContent = say("noPassphrase");
      noPassphrase.hidden = state.kind !== "asking" || state.notice?.kind === "stillThere";
      said = state.kind === "asking" ? state.notice : null;
      problem.textContent = said ? noticeText(said) : "";
      problem.classList.toggle("reassuring", !isError);
      if (isError) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
      refresh();
    },
    /** Checks words against this list from now on. Keeps the current message unless it no longer applies. */
    useWordList(loaded: WordList) {
      list = loaded;
      const isOk = checkPassphrase(field.value, list).ok;
      // Another failed attempt to load the list does not answer the question.
      const isOver = said?.kind === "unchecked" ? list !== "missing" : said?.kind === "listLoading" || isOk;
      if (isOver && said?.kind !== "rejected" && said?.kind !== "stillThere") clearProblem();
      refresh();
    },
    focus: () => field.focus(),
    forget() {
      field.value = "";
      refresh();
    },
  };
}
