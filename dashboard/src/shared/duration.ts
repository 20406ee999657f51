/** "1 hour 30 minutes": a duration in words, its zero parts left out. */
export function spokenDuration(totalSeconds: number): string {
  const parts = [
    counted(Math.floor(totalSeconds / 3600), "hour"),
    counted(Math.floor((totalSeconds % 3600) / 60), "minute"),
    counted(totalSeconds % 60, "second"),
  ].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(" ") : "0 seconds";
}

/** "4 min 09 s", "1 h 05 min": what is left, in two units, so that it hardly changes width as it runs. */
export function countdown(leftMs: number): string {
  const left = Math.max(0, Math.ceil(leftMs / 1000));
  const hours = Math.floor(left / 3600);
  const minutes = Math.floor((left % 3600) / 60);
  const rest = left % 60;
  if (hours > 0) return `${hours} h ${twoDigits(minutes)} min`;
  if (minutes > 0) return `${minutes} min ${twoDigits(rest)} s`;
  return `${rest} s`;
}

function counted(count: number, unit: string): string | null {
  if (count === 0) return null;
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function twoDigits(count: number): string {
  return String(count).padStart(2, "0");
}
