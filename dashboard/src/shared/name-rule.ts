/** Names of projects and TTL secrets are labels of at most this many characters. */
export const maxNameLength = 200;

/** Control characters and the two Unicode line breaks: a name is one line of plain text. */
const control = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * What is wrong with a name, or null. Characters are counted as people see code points, as the server does.
 */
export function nameProblem(name: string): string | null {
  const trimmed = name.trim();
  if (trimmed === "") return "Enter a name.";
  if (control.test(name)) return "Use a single line without control characters.";
  if ([...trimmed].length > maxNameLength) return `Use at most ${maxNameLength} characters.`;
  if (!name.isWellFormed()) return "Take out the characters that didn't survive being copied.";
  return null;
}
