import { badInput } from "./errors.ts";

const MAX_CHARACTERS = 200;

/** Control characters (Cc) and the two Unicode line breaks (Zl, Zp): a name is one line of plain text. */
const NOT_IN_A_NAME = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * Checks the name of a project or TTL secret: 1 to 200 characters (code points), not only white space, no
 * control characters. Returned as given.
 *
 * @throws AppError `BAD_USER_INPUT` on the field `name`.
 */
export function checkName(name: string): string {
  if (name.trim() === "") throw badInput("name", "Enter a name.");
  if ([...name].length > MAX_CHARACTERS) {
    throw badInput("name", `Use at most ${MAX_CHARACTERS} characters.`);
  }
  if (NOT_IN_A_NAME.test(name) || !name.isWellFormed()) {
    throw badInput("name", "Use plain text on one line, without control characters.");
  }
  return name;
}
