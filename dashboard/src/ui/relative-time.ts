import { formatLocale } from "../i18n/i18n.ts";

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** Relative time, such as "3 minutes ago" or "in 2 hours"; "now" within ten seconds either way. */
export function relativeTime(at: number, now: number): string {
  const { relative } = formats();
  const seconds = (at - now) / 1000;
  const distance = Math.abs(seconds);
  if (distance < 10) return relative.format(0, "second");
  const [unit, length] = units.find(([, size]) => distance >= size) ?? ["second", 1];
  return relative.format(Math.trunc(seconds / length), unit);
}

/** Exact time with its time zone, such as "1 Mar 2026, 13:00:00 GMT+1". */
export function absoluteTime(at: number): string {
  return formats().absolute.format(at);
}

/** Creating a formatter is far more expensive than using one, and a long list uses thousands. */
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
