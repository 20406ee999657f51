import { badInput } from "./errors.ts";

const MAX_CHARACTERS = 200;

/** Maximum length in UTF-16 code units, of which a character takes one or two. Checked first, because it costs nothing. */
const MAX_UNITS = 2 * MAX_CHARACTERS;

/** Control characters (Cc) and the two Unicode line breaks (Zl, Zp): a name is one line of plain text. */
const NOT_IN_A_NAME = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * Checks the name of a project, TTL secret, key or person: 1 to 200 characters (code points), not only white space, no
 * control characters. Returns it unchanged.
 *
 * @throws AppError `BAD_USER_INPUT` on the field `name`.
 */
export function checkName(name: string): string {
  if (name.length > MAX_UNITS || [...name].length > MAX_CHARACTERS) {
    throw badInput("name", `Use at most ${MAX_CHARACTERS} characters.`);
  }
  if (name.trim() === "") throw badInput("name", "Enter a name.");
  if (!isOneLine(name)) throw badInput("name", "Use plain text on one line, without control characters.");
  return name;
}

/** Whether a text can be part of a name, or all of it. */
export function isNamePart(text: string): boolean {
  if (text.length > MAX_UNITS) return false;
  const { length } = [...text];
  return length >= 1 && length <= MAX_CHARACTERS && isOneLine(text);
}

function isOneLine(text: string): boolean {
  return !NOT_IN_A_NAME.test(text) && text.isWellFormed();
}
