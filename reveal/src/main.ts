import { hasLostCapitals, parseLink } from "./link.ts";
import { loadWordList, type WordListLoader } from "./passphrase/word-list.ts";
import { checkAvailable, revealSecret } from "./reveal.ts";
import {
  initialState,
  isLeftOpen,
  next,
  type PageEvent,
  type State,
  secondsUntil,
  wouldLose,
} from "./state.ts";
import { loadCatalogue, speak, spokenLanguage } from "./text/catalogue.ts";
import { chooseLanguage, type Language } from "./text/language.ts";
import { createView, type Places, type View } from "./view.ts";

/** Minimum time in ms between checks when the page becomes visible again. */
const CHECK_AGAIN_AFTER = 30_000;

const header = document.querySelector("header");
const main = document.querySelector("main");
const about = document.querySelector("footer");
const texts = document.querySelector<HTMLTemplateElement>("#messages")?.content.textContent;
if (header && main && about && texts) {
  speak(document.documentElement.lang as Language, JSON.parse(texts));
  void start({ header, main, about });
}

/** Wires the page: events in, states out, and the requests and timers that states need. */
async function start(places: Places): Promise<void> {
  // The API serves the page in the reader's language; a static host may not.
  let wanted = chooseLanguage(navigator.languages);
  if (wanted !== spokenLanguage()) await load(wanted);

  const link = parseLink(location.pathname);
  let state: State = initialState(link);
  let ticking: ReturnType<typeof setInterval> | undefined;
  let attempt = new AbortController();
  // By `performance.now()`, which changes of the device's clock don't affect.
  let ends: number | null = null;
  let checkedAt = 0;
  let wordList: WordListLoader | undefined;

  const view: View = createView(places, {
    submit(input, list) {
      wordList?.retry();
      dispatch({ type: "submitted", input, list, now: performance.now() });
    },
    edited() {
      wordList?.retry();
      dispatch({ type: "edited" });
    },
    retry: () => dispatch({ type: "retried" }),
    copied: () => dispatch({ type: "copied" }),
    saved: () => dispatch({ type: "saved" }),
    speak: (language) => void change(language),
  });
  view.translate();

  /** Loads a language's texts. Resolves to false if they could not be loaded. */
  async function load(language: Language): Promise<boolean> {
    try {
      const catalogue = await loadCatalogue(language);
      if (language === wanted) speak(language, catalogue);
      return true;
    } catch {
      return false;
    }
  }

  async function change(language: Language): Promise<void> {
    wanted = language;
    if (await load(language)) view.translate();
    else if (language === wanted) view.languageFailed();
  }

  function dispatch(event: PageEvent): void {
    const before = state;
    state = next(before, event);
    if (state !== before) enter(state);
  }

  function enter(entered: State): void {
    view.show(entered);
    // Input survives as long as the attempt is open; any definite result ends its use.
    const ended = ["revealed", "destroyed", "notAvailable", "expired", "cleared"].includes(entered.kind);
    if (ended) view.forgetPassphrase();

    clearInterval(ticking);
    if (isLeftOpen(entered) || (entered.kind === "paused" && entered.until !== null)) {
      ticking = setInterval(tick, 1000);
      tick();
    }

    // Listen only while needed: this listener can keep a page out of the back/forward cache.
    if (wouldLose(entered)) addEventListener("beforeunload", warn);
    else removeEventListener("beforeunload", warn);

    // Before anything is typed: only the list keeps a typo from destroying the secret.
    if (entered.kind === "asking") wordList ??= loadWordList(view.useWordList);
    if (entered.kind === "checking") void check();
    if (entered.kind === "opening") void open(entered.passphrase);
  }

  async function check(): Promise<void> {
    if (!link) return;
    const checked = await checkAvailable(link);
    const isDamaged = checked.kind === "notAvailable" && hasLostCapitals(link);
    const outcome = isDamaged ? ({ kind: "damagedLink" } as const) : checked;
    const now = performance.now();
    checkedAt = now;
    // The server rounds down, so add a second to be sure.
    if (outcome.kind === "available") ends = now + (outcome.secondsLeft + 1) * 1000;
    dispatch({ type: "checked", outcome, now });
  }

  async function open(passphrase: string): Promise<void> {
    if (!link) return;
    attempt = new AbortController();
    const outcome = await revealSecret(link, passphrase, attempt.signal);
    dispatch({ type: "answered", outcome, now: performance.now() });
  }

  /** Updates the countdowns. An event dispatched here enters a state, which ticks again. */
  function tick(): void {
    const now = performance.now();
    if (ends !== null && isLeftOpen(state)) {
      if (now >= ends) {
        dispatch({ type: "expired" });
        return;
      }
      view.timeLeft(Math.max(0, secondsUntil(ends, now) - 1));
    }
    if (state.kind !== "paused" || state.until === null) return;
    const seconds = secondsUntil(state.until, now);
    if (seconds === 0) dispatch({ type: "waited" });
    else view.wait(seconds);
  }

  function warn(event: Event): void {
    event.preventDefault();
  }

  // The clock may have stopped while the device slept, so check again in the background.
  document.addEventListener("visibilitychange", () => {
    const isLongAgo = performance.now() - checkedAt > CHECK_AGAIN_AFTER;
    if (document.visibilityState === "visible" && isLeftOpen(state) && isLongAgo) void check();
  });
  addEventListener("online", () => {
    wordList?.retry();
    dispatch({ type: "cameOnline" });
  });
  addEventListener("pagehide", () => {
    // Now, not on return: the back/forward cache must not hold the value.
    dispatch({ type: "left" });
    attempt.abort();
    view.forgetPassphrase();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) dispatch({ type: "restored" });
  });

  enter(state);
}
