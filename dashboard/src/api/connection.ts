import { useSyncExternalStore } from "react";

let reachable = true;
const listeners = new Set<() => void>();

/** Records whether a request got a response from the server. */
export function reportConnection(answered: boolean): void {
  if (reachable === answered) return;
  reachable = answered;
  for (const listener of listeners) listener();
}

/** Whether the last request got a response. */
export function useReachable(): boolean {
  return useSyncExternalStore(subscribe, () => reachable);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
