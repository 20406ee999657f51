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
