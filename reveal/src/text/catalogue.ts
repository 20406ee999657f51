import type en from "../../messages/en.json";
import type { Language } from "./language.ts";

/** A text for each plural category that its language has; which one applies, `count` decides. */
type Plural = Partial<Record<Intl.LDMLPluralRule, string>>;

/** What a screen says: a heading, what happened, and what to do next. */
export interface Screen {
  readonly heading: string;
  readonly happened: string;
  readonly next: string;
}

/** The name of a text that is not a screen's own. */
export type Label = keyof typeof en.labels;

/** The name of a screen. */
export type ScreenName = keyof typeof en.screens;

/**
 * All texts of the page in one language: a file of `messages/`, named by the language's tag. `{name}` in a text is a
 * hole that the page fills. The texts are for somebody in a hurry who has never heard of us.
 */
export interface Catalogue {
  readonly labels: Readonly<Record<Label, string | Plural>>;
  readonly screens: Readonly<Record<ScreenName, Screen>>;
}

/** What a hole of a text is filled with; numbers are written as the language writes them. */
type Filling = Readonly<Record<string, string | number>>;

const FILES = import.meta.glob<Catalogue>("../../messages/*.json", { import: "default" });

let language: Language = "en";
let catalogue: Catalogue;

/** Fetches a language's texts. Rejects when they don't arrive. */
export async function loadCatalogue(wanted: Language): Promise<Catalogue> {
  const load = FILES[`../../messages/${wanted}.json`];
  if (!load) throw new Error("no such language");
  return load();
}

/** From now on the page speaks this language. */
export function speak(spoken: Language, texts: Catalogue): void {
  language = spoken;
  catalogue = texts;
}

/** The language that is spoken. */
export function spokenLanguage(): Language {
  return language;
}

/** A text in the language that is spoken, its holes filled. */
export function say(label: Label, filling: Filling = {}): string {
  const text = catalogue.labels[label];
  if (typeof text === "string") return fill(text, filling);
  const category = new Intl.PluralRules(language).select(Number(filling.count));
  return fill(text[category] ?? text.other ?? "", filling);
}

/** A screen's texts in the language that is spoken. */
export function sayScreen(name: ScreenName): Screen {
  const { heading, happened, next } = catalogue.screens[name];
  return { heading, happened, next: fill(next, { button: say("submit") }) };
}

/** A time in whole hours, minutes and seconds, as long as they are not zero. */
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

/** A whole number as the language writes it. */
export function sayNumber(value: number): string {
  return new Intl.NumberFormat(language).format(value);
}

function fill(text: string, filling: Filling): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = filling[name] ?? "";
    return typeof value === "number" ? sayNumber(value) : value;
  });
}
