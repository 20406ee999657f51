import { useSyncExternalStore } from "react";

let reachable = true;
const listeners = new Set<() => void>();

/** Every request reports here whether an answer came back from the server at all. */
export function reportConnection(answered: boolean): void {
  if (reachable === answered) return;
  reachable = answered;
  for (const listener of listeners) listener();
}

/** Whether the last request got an answer. */
export function useReachable(): boolean {
  return useSyncExternalStore(subscribe, () => reachable);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
