import type { Actions } from "./actions.ts";
import { element } from "./dom.ts";
import { FILE_NAME } from "./download.ts";
import { emblem, toneOf } from "./emblem.ts";
import type { WordList } from "./passphrase/passphrase.ts";
import { createPassphraseForm } from "./passphrase/passphrase-form.ts";
import { isLeftOpen, isRefusal, type State } from "./state.ts";
import { type Label, say, spokenLanguage } from "./text/catalogue.ts";
import { directionOf } from "./text/language.ts";
import { createLanguageSwitch } from "./text/language-switch.ts";
import { screenFor, timeLeftText, waitText } from "./text/messages.ts";
import { createValueBox } from "./value-box.ts";

/** Elements of the page that the view fills. */
export interface Places {
  readonly header: HTMLElement;
  readonly main: HTMLElement;
  readonly about: HTMLElement;
}

/** The page as the rest of the app sees it. */
export interface View {
  /** Shows a state. A new kind of state focuses its heading, so that it is announced. */
  show(state: State): void;
  /** Shows the remaining wait. Not announced. */
  wait(seconds: number): void;
  /** Shows the secret's remaining time. Announced at a few moments only. */
  timeLeft(seconds: number): void;
  /** Checks input against this list from now on. */
  useWordList(list: WordList): void;
  /** Empties the passphrase field. */
  forgetPassphrase(): void;
  /** Renders all texts in the current language. Input, value and focus stay. */
  translate(): void;
  /** Shows that a language could not be loaded. */
  languageFailed(): void;
}

/** Seconds before expiry at which screen readers announce the remaining time. */
const ANNOUNCED_SECONDS_LEFT = [300, 60, 10];

/** Builds the page once; states fill and hide its parts, so that input is never lost. */
export function createView({ header, main, about }: Places, actions: Actions): View {
  // The page's initial title is the operator's product name.
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
  const passphrase = createPassphraseForm(actions);
  const value = createValueBox({ copied: actions.copied, saved: actions.saved, showStatus });

  const card = element("div", { class: "card" }, picture, heading, happened, next);
  card.append(left, waiting, passphrase.form, value.box, status, retry, spokenLeft);
  main.replaceChildren(card);
  header.append(languages.list);
  retry.addEventListener("click", actions.retry);

  let shown: State | null = null;
  let statusLabel: Label | null = null;
  let secondsToWait = 0;
  let secondsLeft: number | null = null;

  /** Shows a status message next to the screen; null clears it. */
  function showStatus(label: Label | null): void {
    statusLabel = label;
    status.textContent = label ? say(label, { file: FILE_NAME }) : "";
  }

  /** Renders all texts and parts of a state. */
  function write(state: State): void {
    const screen = screenFor(state);
    card.dataset.tone = toneOf(state.kind);
    card.dataset.state = state.kind;
    // Not while the card is about to grow, or this line would jump.
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
      if (waitedHere) showStatus("waitOver");
      else if (isNew) showStatus(null);

      if (isRefusal(state)) passphrase.focus();
      else if (isNew && before) heading.focus();
    },
    wait(seconds) {
      secondsToWait = seconds;
      waiting.textContent = waitText(seconds);
    },
    timeLeft(seconds) {
      const text = timeLeftText(seconds);
      const isMoment = ANNOUNCED_SECONDS_LEFT.some(
        (moment) => secondsLeft !== null && secondsLeft > moment && seconds <= moment,
      );
      if (isMoment) spokenLeft.textContent = text;
      secondsLeft = seconds;
      left.textContent = text;
      left.hidden = false;
    },
    useWordList: passphrase.useWordList,
    forgetPassphrase: passphrase.forget,
    translate() {
      document.documentElement.lang = spokenLanguage();
      document.documentElement.dir = directionOf(spokenLanguage());
      if (shown) write(shown);
      showStatus(statusLabel);
    },
    languageFailed() {
      languages.write();
      showStatus("languageFailed");
    },
  };
}
