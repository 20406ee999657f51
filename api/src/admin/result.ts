/** What a command came to: the same for people, as lines, and for programs, as JSON. */
export interface Result {
  lines: string[];
  json: unknown;
  /** Whether something was found that needs somebody's attention: exit code 1. */
  hasProblems?: boolean;
}

/** A command can't do what it was asked for. The message says why and what to do: exit code 1. */
export class CommandError extends Error {
  override name = "CommandError";
}

/** `3 secrets`, `1 secret`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
