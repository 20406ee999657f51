import { focusManager } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";

const listeners = new Set<() => void>();

/** Reports that the server answered UNAUTHENTICATED. */
export function reportSessionEnd(): void {
  for (const listener of listeners) listener();
}

/** Calls the listener whenever the session turns out to have ended. Returns an unsubscribe function. */
export function onSessionEnd(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let isPaused = false;
const pauseListeners = new Set<() => void>();

/** Stops polls and streams of the mounted pages while the member is signed out, and resumes them afterwards. */
export function pauseSession(paused: boolean): void {
  isPaused = paused;
  for (const listener of pauseListeners) listener();
  // TanStack polls only a focused window, and refetches stale data when the window gets the focus back.
  focusManager.setFocused(paused ? false : undefined);
}

/** Whether the pages wait for the member to sign in again. */
export function useSessionPaused(): boolean {
  return useSyncExternalStore(subscribe, () => isPaused);
}

function subscribe(listener: () => void): () => void {
  pauseListeners.add(listener);
  return () => pauseListeners.delete(listener);
}
