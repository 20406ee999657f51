import { useSyncExternalStore } from "react";
import { persistedChoice } from "./persisted-choice.ts";

/** Theme: follow the system, or always light or dark. */
export type Theme = "system" | "light" | "dark";

const persisted = persistedChoice("theme", ["light", "dark"]);
const listeners = new Set<() => void>();

/** Applies the stored theme. */
export function startTheme(): void {
  show(persisted.read());
}

/** Changes the theme and stores the choice. */
export function chooseTheme(theme: Theme): void {
  const fixed = theme === "system" ? null : theme;
  persisted.write(fixed);
  show(fixed);
  for (const listener of listeners) listener();
}

/** The current theme. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, shown);
}

/** The design tokens follow this attribute, or the system if it is not set. */
function show(theme: "light" | "dark" | null): void {
  const { dataset } = document.documentElement;
  if (theme) dataset.theme = theme;
  else delete dataset.theme;
  // Colour of the browser's own bars.
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const { scheme } = meta.dataset;
    meta.media = theme ? (theme === scheme ? "all" : "not all") : `(prefers-color-scheme: ${scheme})`;
  }
}

function shown(): Theme {
  const { theme } = document.documentElement.dataset;
  return theme === "light" || theme === "dark" ? theme : "system";
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
