/**
 * Where to go after signing in, and why the sign-in page came up. It travels in the history entry's state,
 * not in the URL: the address of a page says where somebody was, and addresses get shared.
 */
export interface ReturnState {
  from: string;
  /** The session ended while somebody was working. */
  sessionEnded: boolean;
}

/** Reads the state of the current history entry; anything but a path of our own leads home. */
export function readReturnState(state: unknown): ReturnState {
  const given = typeof state === "object" && state !== null ? (state as Partial<ReturnState>) : {};
  const own = typeof given.from === "string" && /^\/(?![/\\])/.test(given.from);
  return { from: own && given.from ? given.from : "/", sessionEnded: given.sessionEnded === true };
}
