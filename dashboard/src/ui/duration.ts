import { formatLocale, t } from "../i18n/i18n.ts";

/** Duration in words without its zero parts, such as "1 hour 30 minutes". */
export function spokenDuration(totalSeconds: number): string {
  const parts = [
    ["hour", Math.floor(totalSeconds / 3600)],
    ["minute", Math.floor((totalSeconds % 3600) / 60)],
    ["second", totalSeconds % 60],
  ] as const;
  const spoken = parts.filter(([, count]) => count > 0);
  return (spoken.length > 0 ? spoken : parts.slice(-1))
    .map(([unit, count]) => counted(unit, count))
    .join(" ");
}

/** Countdown in two units, such as "4 min 09 s" or "1 h 05 min", so that its width hardly changes. */
export function countdown(leftMs: number): string {
  const left = Math.max(0, Math.ceil(leftMs / 1000));
  const hours = Math.floor(left / 3600);
  const minutes = Math.floor((left % 3600) / 60);
  const rest = left % 60;
  if (hours > 0) return t("time.hoursMinutes", { hours, minutes: twoDigits(minutes) });
  if (minutes > 0) return t("time.minutesSeconds", { minutes, seconds: twoDigits(rest) });
  return t("time.seconds", { seconds: rest });
}

function counted(unit: "hour" | "minute" | "second", count: number): string {
  return new Intl.NumberFormat(formatLocale(), { style: "unit", unit, unitDisplay: "long" }).format(count);
}

function twoDigits(count: number): string {
  return String(count).padStart(2, "0");
}
