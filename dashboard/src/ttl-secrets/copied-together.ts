import { useRef, useState } from "react";

/** The two things that are handed over. */
export type HandOffPart = "link" | "passphrase";

/** A part that was copied, and when, in milliseconds. */
interface Copy {
  part: HandOffPart;
  at: number;
}

/** Copying one part within this time of the other looks like one message with both. */
const TOGETHER_MS = 60_000;

/** Whether two copies, one after the other, look as if both parts went the same way. */
export function isTogether(before: Copy | null, now: Copy): boolean {
  return before !== null && before.part !== now.part && now.at - before.at < TOGETHER_MS;
}

/** The part whose copying came too soon after the other's, if any; and what to tell each copy to. */
export function useCopiedTogether(): [HandOffPart | null, (part: HandOffPart) => void] {
  const last = useRef<Copy | null>(null);
  const [second, setSecond] = useState<HandOffPart | null>(null);
  const copied = (part: HandOffPart) => {
    const now = { part, at: performance.now() };
    // Copying the same part once more says nothing new.
    if (last.current?.part !== part) setSecond(isTogether(last.current, now) ? part : null);
    last.current = now;
  };
  return [second, copied];
}
