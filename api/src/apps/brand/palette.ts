import {
  clampChroma,
  converter,
  filterBrightness,
  formatHex,
  interpolate,
  type Oklch,
  wcagContrast,
} from "culori";

/** The least contrast that WCAG 2.2 AA asks of text, of any size. */
const AA = 4.5;

/** The colours of `reveal/src/tokens.css` that an accent stands on or beside. */
export const GROUNDS = {
  light: { paper: "#f6f4ef", surface: "#ffffff", sunken: "#efece5", ink: "#1d1b18", muted: "#5f5a52" },
  dark: { paper: "#151412", surface: "#1f1d1a", sunken: "#282521", ink: "#f3f0e9", muted: "#b3ac9f" },
} as const;

/** Light or dark, whoever decides it. */
export type Scheme = keyof typeof GROUNDS;

/** The accent, what is written on it, and a tint of it to write on; each `#rrggbb`. */
export interface Palette {
  readonly accent: string;
  readonly accentInk: string;
  readonly accentSoft: string;
}

/** How far a tint is from the surface towards the accent. From 0.14 on, a black brand would have too dark a tint. */
const SOFTNESS = 0.12;

/** A step of lightness that is too small to see. */
const STEP = 0.005;

const oklch = converter("oklch");
const hexOf = (color: Oklch) => formatHex(clampChroma(color, "oklch", "rgb"));

/**
 * The colours that a brand's colour stands for in a scheme: itself where everything can be read that is written in it,
 * on it, or on its tint; else the nearest lightness of the same hue where that is so. No colour needs to be refused:
 * at the latest, black and white are readable.
 */
export function paletteOf(color: string, scheme: Scheme): Palette {
  const wanted = oklch(color);
  if (!wanted) throw new Error("not a colour");
  let palette = paletteAround(color, scheme);
  const step = scheme === "light" ? -STEP : STEP;
  // Rounding puts white a trifle above 1.
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

/** Every pair of text and ground that the apps make of an accent, buttons under the pointer (±8 % light) included. */
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
