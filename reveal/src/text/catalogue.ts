import type en from "../../messages/en.json";
import type { Language } from "./language.ts";

/** A text per plural category of its language; `count` selects one. */
type Plural = Partial<Record<Intl.LDMLPluralRule, string>>;

/** Texts of a screen: a heading, what happened, and what to do next. */
export interface Screen {
  readonly heading: string;
  readonly happened: string;
  readonly next: string;
}

/** Key of a text outside the screens. */
export type Label = keyof typeof en.labels;

/** Key of a screen. */
export type ScreenName = keyof typeof en.screens;

/**
 * All texts of the page in one language: a file of `messages/` named by its language tag. `{name}` is a placeholder.
 * Write for readers in a hurry who don't know the product.
 */
export interface Catalogue {
  readonly labels: Readonly<Record<Label, string | Plural>>;
  readonly screens: Readonly<Record<ScreenName, Screen>>;
}

/** Values for placeholders. Numbers are formatted for the language. */
type Filling = Readonly<Record<string, string | number>>;

const FILES = import.meta.glob<Catalogue>("../../messages/*.json", { import: "default" });

let language: Language = "en";
let catalogue: Catalogue;

/** Loads a language's texts. Rejects if they can't be loaded. */
export async function loadCatalogue(wanted: Language): Promise<Catalogue> {
  const load = FILES[`../../messages/${wanted}.json`];
  if (!load) throw new Error("no such language");
  return load();
}

/** Sets the page's language and texts. */
export function speak(spoken: Language, texts: Catalogue): void {
  language = spoken;
  catalogue = texts;
}

/** The current language. */
export function spokenLanguage(): Language {
  return language;
}

/** A text in the current language with its placeholders filled. */
export function say(label: Label, filling: Filling = {}): string {
  const text = catalogue.labels[label];
  if (typeof text === "string") return fill(text, filling);
  const category = new Intl.PluralRules(language).select(Number(filling.count));
  return fill(text[category] ?? text.other ?? "", filling);
}

/** A screen's texts in the current language. */
export function sayScreen(name: ScreenName): Screen {
  const { heading, happened, next } = catalogue.screens[name];
  return { heading, happened, next: fill(next, { button: say("submit") }) };
}

/** A duration in hours, minutes and seconds, without zero parts. */
export function sayDuration(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 3600), "hour"],
    [Math.floor(seconds / 60) % 60, "minute"],
    [seconds % 60, "second"],
  ];
  const said = parts
    .filter(([count, unit]) => count > 0 || (seconds === 0 && unit === "second"))
    .map(([count, unit]) =>
      new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(count),
    );
  return new Intl.ListFormat(language, { type: "unit", style: "short" }).format(said);
}

/** A whole number, formatted for the language. */
export function sayNumber(value: number): string {
  return new Intl.NumberFormat(language).format(value);
}

function fill(text: string, filling: Filling): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = filling[name] ?? "";
    return typeof value === "number" ? sayNumber(value) : value;
  });
}
