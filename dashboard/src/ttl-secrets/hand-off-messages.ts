import { formatLocale, t } from "../i18n/i18n.ts";

/** A message that brings the link, ready to be sent. It says what the recipient needs, but never the passphrase. */
export function linkMessage(message: {
  link: string;
  expiresAt: string;
  /** The words that the real page shows; empty where there are none. */
  recognitionPhrase: string;
}): string {
  const { link, expiresAt, recognitionPhrase } = message;
  const lines: string[] = [t("handOff.linkMessage", { link, until: clockTime(expiresAt) })];
  if (recognitionPhrase) lines.push(t("handOff.linkMessagePhrase", { phrase: recognitionPhrase }));
  return lines.join("\n\n");
}

/** A message that brings the passphrase, and never the link. */
export function passphraseMessage({ passphrase }: { passphrase: string }): string {
  return t("handOff.passphraseMessage", { passphrase });
}

/** "25 Nov, 14:03 UTC": a moment as somebody elsewhere has to read it. */
export function clockTime(at: string): string {
  return new Intl.DateTimeFormat(formatLocale(), {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  }).format(Date.parse(at));
}

/** "14:03": a moment of today. */
export function timeOfDay(at: string): string {
  return new Intl.DateTimeFormat(formatLocale(), { hour: "2-digit", minute: "2-digit" }).format(
    Date.parse(at),
  );
}
