import { t } from "../i18n/i18n.ts";

/** Maximum length of a project's or TTL secret's name, in characters. */
export const maxNameLength = 200;

/** Control characters and the two Unicode line separators: a name is one line of plain text. */
const control = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** Error of a name, or null. Counts code points, as the server does. */
export function nameProblem(name: string): string | null {
  const trimmed = name.trim();
  if (trimmed === "") return t("names.empty");
  if (control.test(name)) return t("names.control");
  if ([...trimmed].length > maxNameLength) return t("names.tooLong", { max: maxNameLength });
  if (!name.isWellFormed()) return t("names.broken");
  return null;
}
