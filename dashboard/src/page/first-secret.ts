/** Told to a new project's page: the first secret is what comes next. Kept in the history entry, as no part of the address. */
export const firstSecret = { newSecret: true };

/** Whether this page was opened to make the first secret; says so once, so that a reload doesn't ask again. */
export function takeFirstSecret(): boolean {
  const state: unknown = window.history.state;
  if (typeof state !== "object" || state === null || !("newSecret" in state)) return false;
  window.history.replaceState(null, "");
  return true;
}
