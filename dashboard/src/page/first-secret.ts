/** History state that makes a new project's page open the dialog for its first secret. Kept out of the URL. */
export const firstSecret = { newSecret: true };

/**
 * Whether the page was opened with `firstSecret`. Clears the state, so that a reload doesn't open the dialog again.
 */
export function takeFirstSecret(): boolean {
  const state: unknown = window.history.state;
  if (typeof state !== "object" || state === null || !("newSecret" in state)) return false;
  window.history.replaceState(null, "");
  return true;
}
