import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { GROUNDS, pairsOf, paletteOf } from "./palette.ts";

const hex = (n: number) => `#${n.toString(16).padStart(6, "0")}`;

/** Greys, the corners of the RGB cube, and 1,500 colours spread across it. */
const COLORS = [
  ...Array.from({ length: 256 }, (_, v) => hex(v * 0x010101)),
  ...["#ff0000", "#00ff00", "#0000ff", "#ffff00", "#00ffff", "#ff00ff"],
  ...Array.from({ length: 1500 }, (_, i) => hex((i * 0x9e3779b1) >>> 8)),
];

/** WCAG's definition of contrast, implemented independently of the library. */
function contrast(a: string, b: string): number {
  const luminance = (color: string) => {
    const [r = 0, g = 0, blue = 0] = [1, 3, 5].map((at) => {
      const channel = Number.parseInt(color.slice(at, at + 2), 16) / 255;
      return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

describe.each(["light", "dark"] as const)(
  "the palette of a brand's colour in the %s scheme",
  { timeout: 30_000 },
  (scheme) => {
    test("gives text in it, on it and on its tint a contrast of 4.5:1 or more, for every colour", () => {
      let least = Number.POSITIVE_INFINITY;
      for (const color of COLORS) {
        const palette = paletteOf(color, scheme);
        for (const [text, ground] of pairsOf(palette, scheme))
          least = Math.min(least, contrast(text, ground));
        for (const each of Object.values(palette)) expect(each).toMatch(/^#[0-9a-f]{6}$/);
      }
      expect(least).toBeGreaterThanOrEqual(4.5);
    });

    test("is the colour itself if that is readable", () => {
      const kept = COLORS.filter((color) => paletteOf(color, scheme).accent === color);
      expect(kept.length).toBeGreaterThan(COLORS.length / 10);
      expect(paletteOf(scheme === "light" ? "#0a6560" : "#6fd0c6", scheme).accent).toBe(
        scheme === "light" ? "#0a6560" : "#6fd0c6",
      );
    });

    test("uses the backgrounds of the apps' tokens", () => {
      const tokens = readFileSync(new URL("../../../../reveal/src/tokens.css", import.meta.url), "utf8");
      for (const [name, color] of Object.entries(GROUNDS[scheme])) {
        expect(tokens).toMatch(new RegExp(`--${name}: [^;]*${color}`));
      }
    });
  },
);
