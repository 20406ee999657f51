const listeners = new Set<() => void>();

/** Called wherever the server says that nobody is signed in any more. */
export function reportSessionEnd(): void {
  for (const listener of listeners) listener();
}

/** Runs the listener each time a session turns out to have ended; returns how to stop. */
export function onSessionEnd(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
