import { useRef, useState } from "react";

/** The two parts to send. */
export type HandOffPart = "link" | "passphrase";

/** A copied part and its time in ms. */
interface Copy {
  part: HandOffPart;
  at: number;
}

/** Copying both parts within this time in ms suggests that they go into one message. */
const TOGETHER_MS = 60_000;

/** Whether two consecutive copies suggest that both parts go through the same channel. */
export function isTogether(before: Copy | null, now: Copy): boolean {
  return before !== null && before.part !== now.part && now.at - before.at < TOGETHER_MS;
}

/** State for the warning: the part that was copied too soon after the other, and the function that records a copy. */
export function useCopiedTogether(): [HandOffPart | null, (part: HandOffPart) => void] {
  const last = useRef<Copy | null>(null);
  const [second, setSecond] = useState<HandOffPart | null>(null);
  const copied = (part: HandOffPart) => {
    const now = { part, at: performance.now() };
    // Copying the same part again changes nothing.
    if (last.current?.part !== part) setSecond(isTogether(last.current, now) ? part : null);
    last.current = now;
  };
  return [second, copied];
}
