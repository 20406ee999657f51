import { svg } from "./dom.ts";
import type { State } from "./state.ts";

/** Tone of a screen, which sets its colour. The emblem's shape conveys the same without colour. */
export type Tone = "calm" | "good" | "warn" | "danger" | "quiet";

interface Emblem {
  readonly tone: Tone;
  readonly ring: "whole" | "open" | "dashed" | "embers";
  readonly glyph: keyof typeof GLYPHS;
}

/**
 * Centred on (32, 32), reaching 28 in each direction. The keyhole is the logo's; the ring stands for the secret's
 * lifetime.
 */
const GLYPHS = {
  keyhole: "M32 21.5a6.5 6.5 0 0 1 3.2 12.2l2.1 8.8H26.7l2.1-8.8A6.5 6.5 0 0 1 32 21.5z",
  check: "M22 33l7 7 13.5-14.5",
  cross: "M25 25l14 14M39 25L25 39",
  dash: "M24 32h16",
  wait: "M32 22v10.5l6.5 4.5",
  question: "M27.2 27.4a4.9 4.9 0 1 1 7 4.6c-1.5.7-2.2 1.7-2.2 3.3v.5M32 41.6v.1",
};

/** Stroke patterns of the ring, whose circumference is 163.4. */
const RINGS = { whole: "163.4", open: "122 41.4", dashed: "8 7.6", embers: "0.1 9.5" };

const EMBLEMS: Record<State["kind"], Emblem> = {
  checking: { tone: "calm", ring: "open", glyph: "keyhole" },
  asking: { tone: "calm", ring: "whole", glyph: "keyhole" },
  opening: { tone: "calm", ring: "open", glyph: "keyhole" },
  revealed: { tone: "good", ring: "whole", glyph: "check" },
  destroyed: { tone: "danger", ring: "embers", glyph: "cross" },
  notAvailable: { tone: "quiet", ring: "dashed", glyph: "dash" },
  damagedLink: { tone: "warn", ring: "dashed", glyph: "question" },
  expired: { tone: "quiet", ring: "embers", glyph: "wait" },
  paused: { tone: "warn", ring: "whole", glyph: "wait" },
  unknown: { tone: "warn", ring: "dashed", glyph: "question" },
  cleared: { tone: "quiet", ring: "dashed", glyph: "check" },
};

/** Tone of a state. */
export function toneOf(kind: State["kind"]): Tone {
  return EMBLEMS[kind].tone;
}

/** The logo's ring and keyhole for a state. Decorative: the heading says the same in words. */
export function emblem(kind: State["kind"]): SVGElement {
  const { ring, glyph } = EMBLEMS[kind];
  return svg(
    "svg",
    { class: "emblem", viewBox: "4 4 56 56", "aria-hidden": "true" },
    svg("circle", {
      class: kind === "checking" || kind === "opening" ? "emblem-ring turning" : "emblem-ring",
      cx: "32",
      cy: "32",
      r: "26",
      "stroke-dasharray": RINGS[ring],
    }),
    svg("path", { class: glyph === "keyhole" ? "emblem-solid" : "emblem-line", d: GLYPHS[glyph] }),
  );
}
