import {
  clampChroma,
  converter,
  filterBrightness,
  formatHex,
  interpolate,
  type Oklch,
  wcagContrast,
} from "culori";

/** Minimum contrast of text of any size in WCAG 2.2 AA. */
const AA = 4.5;

/** Colours in `reveal/src/tokens.css` that surround an accent. */
export const GROUNDS = {
  light: { paper: "#f6f4ef", surface: "#ffffff", sunken: "#efece5", ink: "#1d1b18", muted: "#5f5a52" },
  dark: { paper: "#151412", surface: "#1f1d1a", sunken: "#282521", ink: "#f3f0e9", muted: "#b3ac9f" },
} as const;

/** Colour scheme. */
export type Scheme = keyof typeof GROUNDS;

/** Accent, text colour on the accent, and a tint of the accent for backgrounds; each `#rrggbb`. */
export interface Palette {
  readonly accent: string;
  readonly accentInk: string;
  readonly accentSoft: string;
}

/** Share of the accent in a tint, the rest being the surface. From 0.14 on, the tint of black is too dark. */
const SOFTNESS = 0.12;

/** Step of lightness that is too small to see. */
const STEP = 0.005;

const oklch = converter("oklch");
const hexOf = (color: Oklch) => formatHex(clampChroma(color, "oklch", "rgb"));

/**
 * Palette of a brand's colour in a scheme: the colour itself if text in it, on it and on its tint is readable, else the
 * nearest lightness of the same hue that makes it so. Every colour has a result, because black and white are readable.
 */
export function paletteOf(color: string, scheme: Scheme): Palette {
  const wanted = oklch(color);
  if (!wanted) throw new Error("not a colour");
  let palette = paletteAround(color, scheme);
  const step = scheme === "light" ? -STEP : STEP;
  // Rounding can give white a lightness slightly above 1.
  for (
    let l = Math.min(wanted.l, 1) + step;
    !isReadable(palette, scheme) && l > -STEP && l < 1 + STEP;
    l += step
  ) {
    palette = paletteAround(hexOf({ ...wanted, l }), scheme);
  }
  return palette;
}

function paletteAround(accent: string, scheme: Scheme): Palette {
  const { c = 0, h = 0 } = oklch(accent) ?? {};
  return {
    accent,
    accentInk: scheme === "light" ? "#ffffff" : hexOf({ mode: "oklch", l: 0.2, c: Math.min(c, 0.04), h }),
    accentSoft: formatHex(interpolate([GROUNDS[scheme].surface, accent], "oklab")(SOFTNESS)),
  };
}

/** All pairs of text and background that the apps form with an accent, including hovered buttons (±8 % light). */
export function pairsOf({ accent, accentInk, accentSoft }: Palette, scheme: Scheme): [string, string][] {
  const { paper, surface, sunken, ink, muted } = GROUNDS[scheme];
  const pointedAt = [0.94, 1.08].map((amount) => formatHex(filterBrightness(amount)(accent)) ?? accent);
  const mixed = formatHex(interpolate([accent, ink], "oklab")(0.14));
  return [
    ...[paper, surface, sunken, accentSoft].map((ground): [string, string] => [accent, ground]),
    ...[accent, mixed, ...pointedAt].map((ground): [string, string] => [accentInk, ground]),
    ...[ink, muted].map((text): [string, string] => [text, accentSoft]),
  ];
}

const isReadable = (palette: Palette, scheme: Scheme) =>
  pairsOf(palette, scheme).every(([text, ground]) => wcagContrast(text, ground) >= AA);
