import { formatLocale, t } from "../i18n/i18n.ts";

/** Message with the link, ready to send. Contains what the recipient needs to know, but never the passphrase. */
export function linkMessage(message: {
  link: string;
  expiresAt: string;
  /** Recognition phrase of the recipient's page; empty if there is none. */
  recognitionPhrase: string;
}): string {
  const { link, expiresAt, recognitionPhrase } = message;
  const lines: string[] = [t("handOff.linkMessage", { link, until: clockTime(expiresAt) })];
  if (recognitionPhrase) lines.push(t("handOff.linkMessagePhrase", { phrase: recognitionPhrase }));
  return lines.join("\n\n");
}

/** Message with the passphrase, never with the link. */
export function passphraseMessage({ passphrase }: { passphrase: string }): string {
  return t("handOff.passphraseMessage", { passphrase });
}

/** A time for a reader in any time zone, such as "25 Nov, 14:03 UTC". */
export function clockTime(at: string): string {
  return new Intl.DateTimeFormat(formatLocale(), {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  }).format(Date.parse(at));
}

/** A time of today, such as "14:03". */
export function timeOfDay(at: string): string {
  return new Intl.DateTimeFormat(formatLocale(), { hour: "2-digit", minute: "2-digit" }).format(
    Date.parse(at),
  );
}
