/**
 * Where to go after sign-in. Stored in the history entry's state, not in the URL: URLs get shared and would reveal which
 * page the user was on.
 */
export interface ReturnState {
  from: string;
}

/** Reads the state of the current history entry. Anything but a path on this site becomes `/`. */
export function readReturnState(state: unknown): ReturnState {
  const given = typeof state === "object" && state !== null ? (state as Partial<ReturnState>) : {};
  const own = typeof given.from === "string" && /^\/(?![/\\])/.test(given.from);
  return { from: own && given.from ? given.from : "/" };
}
