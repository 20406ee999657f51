import { type Label, say, spokenLanguage } from "./catalogue.ts";
import { element } from "./dom.ts";
import { FILE_NAME } from "./download.ts";
import { emblem, toneOf } from "./emblem.ts";
import { directionOf, type Language } from "./language.ts";
import { createLanguageSwitch } from "./language-switch.ts";
import { noticeText, screenFor, timeLeftText, waitText, wordCountText } from "./messages.ts";
import { isUnseparated, looksLikeLink, WORDS, wordsIn } from "./passphrase.ts";
import { canSubmit, isLeftOpen, type State } from "./state.ts";
import { createValueBox } from "./value-box.ts";

/** What a person can do on the page. */
export interface Actions {
  submit(input: string): void;
  retry(): void;
  copied(): void;
  saved(): void;
  speak(language: Language): void;
}

/** The parts of the page that the view fills. */
export interface Places {
  readonly header: HTMLElement;
  readonly main: HTMLElement;
  readonly about: HTMLElement;
}

/** The page, as the rest of the app sees it. */
export interface View {
  /** Shows a state. A new kind of state takes the focus to its heading, so that it is read out. */
  show(state: State): void;
  /** Shows how long to wait, without reading every second out. */
  wait(seconds: number): void;
  /** Shows how long the secret may still be opened; read out at a few moments only. */
  timeLeft(seconds: number): void;
  /** Empties the passphrase field. */
  forgetPassphrase(): void;
  /** Says everything again in the language that is spoken now; what is typed, shown or focused stays. */
  translate(): void;
  /** Says that a language could not be loaded. */
  languageFailed(): void;
}

/** When somebody who can't see the countdown is told: five minutes, one minute and ten seconds before the end. */
const SPOKEN_SECONDS_LEFT = [300, 60, 10];

/** Builds the page once; states fill and hide its parts, so that typing is never lost. */
export function createView({ header, main, about }: Places, actions: Actions): View {
  // The page comes with the operator's name for its title.
  const brand = document.title;
  const picture = element("div", { class: "picture" });
  const heading = element("h1", { tabindex: "-1" });
  const happened = element("p");
  const next = element("p");
  const waiting = element("p", { class: "wait", hidden: "" });
  const status = element("p", { class: "status", role: "status" });
  const retry = element("button", { type: "button", class: "primary" });
  const left = element("p", { class: "left" });
  const spokenLeft = element("p", { class: "unseen", role: "status" });
  const languages = createLanguageSwitch(actions.speak);
  const passphrase = createPassphraseForm(actions.submit);
  const value = createValueBox({ copied: actions.copied, saved: actions.saved, tell });

  const card = element("div", { class: "card" }, picture, heading, happened, next);
  card.append(left, waiting, passphrase.form, value.box, status, retry, spokenLeft);
  main.replaceChildren(card);
  header.append(languages.list);
  retry.addEventListener("click", actions.retry);

  let shown: State | null = null;
  let told: Label | null = null;
  let secondsToWait = 0;
  let secondsLeft: number | null = null;

  /** Says something that happened beside the screen; null takes it back. */
  function tell(label: Label | null): void {
    told = label;
    status.textContent = label ? say(label, { file: FILE_NAME }) : "";
  }

  /** All texts and parts of a state. */
  function write(state: State): void {
    const screen = screenFor(state);
    card.dataset.tone = toneOf(state.kind);
    card.dataset.state = state.kind;
    // Not while the card is about to grow, or the line would jump.
    if (state.kind !== "checking") about.textContent = say("about");
    document.title = `${screen.heading} · ${brand}`;
    heading.textContent = screen.heading;
    happened.textContent = screen.happened;
    next.textContent = screen.next;

    left.hidden = !isLeftOpen(state) || secondsLeft === null;
    if (left.hidden) spokenLeft.textContent = "";
    if (secondsLeft !== null) left.textContent = timeLeftText(secondsLeft);

    const isWaiting = state.kind === "paused" && state.until !== null;
    waiting.hidden = !isWaiting;
    waiting.textContent = waitText(secondsToWait);

    const canRetry = state.kind === "unknown" || (state.kind === "paused" && state.during === "check");
    retry.hidden = !canRetry;
    retry.disabled = isWaiting;
    retry.textContent = say(state.kind === "unknown" ? "checkLink" : "retryCheck");

    languages.write();
    passphrase.write(state);
    value.write(state);
  }

  return {
    show(state) {
      const before = shown;
      shown = state;
      const isNew = before?.kind !== state.kind;
      if (isNew) picture.replaceChildren(emblem(state.kind));
      write(state);

      const isWaiting = state.kind === "paused" && state.until !== null;
      const waitedHere = before?.kind === "paused" && before.until !== null && !isWaiting && !isNew;
      if (waitedHere) tell("waitOver");
      else if (isNew) tell(null);

      if (isRefusal(state)) passphrase.focus();
      else if (isNew && before) heading.focus();
    },
    wait(seconds) {
      secondsToWait = seconds;
      waiting.textContent = waitText(seconds);
    },
    timeLeft(seconds) {
      const text = timeLeftText(seconds);
      const isMoment = SPOKEN_SECONDS_LEFT.some(
        (moment) => secondsLeft !== null && secondsLeft > moment && seconds <= moment,
      );
      if (isMoment) spokenLeft.textContent = text;
      secondsLeft = seconds;
      left.textContent = text;
      left.hidden = false;
    },
    forgetPassphrase: passphrase.forget,
    translate() {
      document.documentElement.lang = spokenLanguage();
      document.documentElement.dir = directionOf(spokenLanguage());
      if (shown) write(shown);
      tell(told);
    },
    languageFailed() {
      languages.write();
      tell("languageFailed");
    },
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
  const button = element("button", { type: "submit", class: "primary" });
  const warningTitle = element("strong");
  const warningText = element("span");
  const warning = element("p", { class: "warning" }, warningTitle, " ", warningText);
  // Only where the operator set a phrase, which the page then came with.
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
