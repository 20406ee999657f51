import { useSyncExternalStore } from "react";
import { persistedChoice } from "./persisted-choice.ts";

/** How the page looks: as the system does, or always one way. */
export type Theme = "system" | "light" | "dark";

const persisted = persistedChoice("theme", ["light", "dark"]);
const listeners = new Set<() => void>();

/** Looks the way that was chosen here before. */
export function startTheme(): void {
  show(persisted.read());
}

/** Changes the look, and keeps the choice. */
export function chooseTheme(theme: Theme): void {
  const fixed = theme === "system" ? null : theme;
  persisted.write(fixed);
  show(fixed);
  for (const listener of listeners) listener();
}

/** The look of the moment. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, shown);
}

/** The style sheet's tokens follow this attribute, and the system where it is not set. */
function show(theme: "light" | "dark" | null): void {
  const { dataset } = document.documentElement;
  if (theme) dataset.theme = theme;
  else delete dataset.theme;
  // The colour of the browser's own bars.
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
