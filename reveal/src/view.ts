import { copyExactly, isAllSelected, selectAll } from "./clipboard.ts";
import { element } from "./dom.ts";
import { emblem, toneOf } from "./emblem.ts";
import { labels, noticeText, screenFor, waitText, wordCountText } from "./messages.ts";
import { isUnseparated, looksLikeLink, WORDS, wordsIn } from "./passphrase.ts";
import { canSubmit, type State } from "./state.ts";

/** What a person can do on the page. */
export interface Actions {
  submit(input: string): void;
  retry(): void;
  copied(): void;
}

/** The page, as the rest of the app sees it. */
export interface View {
  /** Shows a state. A new kind of state takes the focus to its heading, so that it is read out. */
  show(state: State): void;
  /** Shows how long to wait, without reading every second out. */
  wait(seconds: number): void;
  /** Empties the passphrase field. */
  forgetPassphrase(): void;
}

/** Builds the page once; states fill and hide its parts, so that typing is never lost. */
export function createView(main: HTMLElement, about: HTMLElement, actions: Actions): View {
  // The page comes with the operator's name for its title.
  const brand = document.title;
  const picture = element("div", { class: "picture" });
  const heading = element("h1", { tabindex: "-1" });
  const happened = element("p");
  const next = element("p");
  const waiting = element("p", { class: "wait", hidden: "" });
  const status = element("p", { class: "status", role: "status" });
  const retry = element("button", { type: "button", class: "primary" });
  const passphrase = createPassphraseForm(actions.submit);
  const value = createValueBox(actions.copied, (text) => {
    status.textContent = text;
  });

  const card = element("div", { class: "card" }, picture, heading, happened, next);
  card.append(waiting, passphrase.form, value.box, status, retry);
  main.replaceChildren(card);
  retry.addEventListener("click", actions.retry);

  let shown: State | null = null;

  return {
    show(state) {
      const before = shown;
      shown = state;
      const screen = screenFor(state);
      const isNew = before?.kind !== state.kind;

      if (isNew) picture.replaceChildren(emblem(state.kind));
      card.dataset.tone = toneOf(state.kind);
      card.dataset.state = state.kind;
      // Not while the card is about to grow, or the line would jump.
      if (state.kind !== "checking") about.textContent = labels.about;
      document.title = `${screen.heading} · ${brand}`;
      heading.textContent = screen.heading;
      happened.textContent = screen.happened;
      next.textContent = screen.next;

      const isWaiting = state.kind === "paused" && state.until !== null;
      waiting.hidden = !isWaiting;
      const waitedHere = before?.kind === "paused" && before.until !== null && !isWaiting && !isNew;
      if (waitedHere) status.textContent = labels.waitOver;
      else if (isNew) status.textContent = "";

      const canRetry = state.kind === "unknown" || (state.kind === "paused" && state.during === "check");
      retry.hidden = !canRetry;
      retry.disabled = isWaiting;
      retry.textContent = state.kind === "unknown" ? labels.checkLink : labels.retryCheck;

      passphrase.show(state);
      value.show(state);

      if (isRefusal(state)) passphrase.focus();
      else if (isNew && before) heading.focus();
    },
    wait(seconds) {
      waiting.textContent = waitText(seconds);
    },
    forgetPassphrase: passphrase.forget,
  };
}

/** True when the page asks again because what was typed would not do. */
function isRefusal(state: State): boolean {
  return state.kind === "asking" && state.notice !== null && state.notice.kind !== "stillThere";
}

function createPassphraseForm(submit: Actions["submit"]) {
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
    // Nobody else's software has any business with these words: managers, writing aids, translators.
    "data-1p-ignore": "",
    "data-bwignore": "",
    "data-lpignore": "true",
    "data-form-type": "other",
    "data-gramm": "false",
    writingsuggestions: "false",
    translate: "no",
  });
  const slots = element("span", { class: "slots", "aria-hidden": "true" });
  for (let i = 0; i < WORDS; i++) slots.append(element("i"));
  const counted = element("span", { class: "counted" });
  const problem = element("p", { id: "passphrase-problem", class: "problem", role: "alert" });
  const button = element("button", { type: "submit", class: "primary" }, labels.submit);
  const warning = element(
    "p",
    { class: "warning" },
    element("strong", {}, labels.warningTitle),
    ` ${labels.warning}`,
  );
  // Only where the operator set a phrase, which the page then came with.
  const hasPhrase = Boolean(document.querySelector(".recognition")?.textContent);
  const recognition = hasPhrase ? [element("p", { class: "hint" }, labels.recognition)] : [];
  const noPassphrase = element("p", { class: "aside" }, labels.noPassphrase);
  const controls = element(
    "fieldset",
    {},
    element("label", { for: "passphrase" }, labels.field),
    element("p", { id: "passphrase-hint", class: "hint" }, labels.hint),
    ...recognition,
    field,
    element("div", { class: "progress" }, slots, counted),
    problem,
    button,
  );
  const form = element("form", { novalidate: "", autocomplete: "off" }, warning, controls, noPassphrase);

  const refresh = () => {
    const words = looksLikeLink(field.value) ? [] : wordsIn(field.value);
    const filled = isUnseparated(words) ? WORDS : words.length;
    for (const [i, slot] of [...slots.children].entries()) slot.classList.toggle("filled", i < filled);
    counted.textContent = isUnseparated(words) ? "" : wordCountText(words.length);
    form.classList.toggle("too-many", filled > WORDS);
    // Setting a style from a script is allowed by the policy; a style attribute in markup is not.
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
  };

  field.addEventListener("input", () => {
    problem.textContent = "";
    field.removeAttribute("aria-invalid");
    refresh();
  });
  // Enter submits, once per press. Some on-screen keyboards only say that a line break is coming.
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    if (!event.repeat) form.requestSubmit();
  });
  field.addEventListener("beforeinput", (event) => {
    if (event.inputType !== "insertLineBreak" && event.inputType !== "insertParagraph") return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(field.value);
  });
  addEventListener("resize", refresh);

  return {
    form,
    show(state: State) {
      const isOpening = state.kind === "opening";
      const isPaused = state.kind === "paused" && state.during === "open";
      const isError = isRefusal(state);
      form.hidden = !(state.kind === "asking" || isOpening || isPaused);
      controls.disabled = isOpening;
      button.disabled = !canSubmit(state);
      button.textContent = isOpening ? labels.submitting : labels.submit;
      warning.hidden = isOpening;
      noPassphrase.hidden = state.kind !== "asking" || state.notice?.kind === "stillThere";
      problem.textContent = state.kind === "asking" && state.notice ? noticeText(state.notice) : "";
      problem.classList.toggle("reassuring", !isError);
      if (isError) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
      refresh();
    },
    focus: () => field.focus(),
    forget() {
      field.value = "";
      refresh();
    },
  };
}

function createValueBox(copied: Actions["copied"], announce: (text: string) => void) {
  // The text node shows the value; copying hands over this variable, so that not a byte changes on the way.
  let value = "";
  const text = element("pre", {
    class: "value",
    "data-testid": "secret-value",
    tabindex: "0",
    role: "group",
    "aria-label": labels.value,
    dir: "auto",
    translate: "no",
  });
  const button = element("button", { type: "button", class: "primary" }, labels.copy);
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
    announce(isCopied ? labels.copiedNote : labels.copyRefused);
  });

  return {
    box,
    show(state: State) {
      const isRevealed = state.kind === "revealed";
      const wanted = isRevealed ? state.value : "";
      if (wanted !== value || !isRevealed) {
        value = wanted;
        text.textContent = wanted;
      }
      box.hidden = !isRevealed;
      button.textContent = isRevealed && state.copied ? labels.copied : labels.copy;
      button.classList.toggle("done", isRevealed && state.copied);
    },
  };
}
