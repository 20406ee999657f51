import { formatLocale } from "../i18n/i18n.ts";

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** "3 minutes ago", "in 2 hours"; within ten seconds either way simply "now". */
export function relativeTime(at: number, now: number): string {
  const { relative } = formats();
  const seconds = (at - now) / 1000;
  const distance = Math.abs(seconds);
  if (distance < 10) return relative.format(0, "second");
  const [unit, length] = units.find(([, size]) => distance >= size) ?? ["second", 1];
  return relative.format(Math.trunc(seconds / length), unit);
}

/** "1 Mar 2026, 13:00:00 GMT+1": the exact moment, with its time zone. */
export function absoluteTime(at: number): string {
  return formats().absolute.format(at);
}

/** Making a formatter costs far more than using one, and a long list uses thousands. */
const made = new Map<string, { relative: Intl.RelativeTimeFormat; absolute: Intl.DateTimeFormat }>();

function formats() {
  const locale = formatLocale();
  const known = made.get(locale) ?? {
    relative: new Intl.RelativeTimeFormat(locale, { numeric: "auto" }),
    absolute: new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "long" }),
  };
  made.set(locale, known);
  return known;
}
