import { serverNow } from "../api/server-clock.ts";
import { absoluteTime, relativeTime } from "./relative-time.ts";
import { useTicking } from "./use-ticking.ts";

const day = 86_400_000;

/** A time relative to now, with the exact time as a tooltip. */
export function Time({ at }: { at: string }) {
  const moment = Date.parse(at);
  // A time days ago doesn't change while the page is open; not ticking keeps long lists cheap.
  const pace = Math.abs(serverNow() - moment) > 2 * day ? "still" : "ten-seconds";
  const text = useTicking(pace, (now) => relativeTime(moment, now));
  return (
    <time dateTime={at} title={absoluteTime(moment)}>
      {text}
    </time>
  );
}
