import { t } from "../i18n/i18n.ts";

/** Names of projects and TTL secrets are labels of at most this many characters. */
export const maxNameLength = 200;

/** Control characters and the two Unicode line breaks: a name is one line of plain text. */
const control = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * What is wrong with a name, or null. Characters are counted as people see code points, as the server does.
 */
export function nameProblem(name: string): string | null {
  const trimmed = name.trim();
  if (trimmed === "") return t("names.empty");
  if (control.test(name)) return t("names.control");
  if ([...trimmed].length > maxNameLength) return t("names.tooLong", { max: maxNameLength });
  if (!name.isWellFormed()) return t("names.broken");
  return null;
}
