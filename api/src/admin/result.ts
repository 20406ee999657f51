/** Result of a command: the same content as lines of text and as JSON. */
export interface Result {
  lines: string[];
  json: unknown;
  /** Whether the operator must act: exit code 1. */
  hasProblems?: boolean;
}

/** A command failed. The message says why and what to do: exit code 1. */
export class CommandError extends Error {
  override name = "CommandError";
}

/** `3 secrets`, `1 secret`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
