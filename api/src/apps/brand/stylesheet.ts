import type { Palette, Scheme } from "./palette.ts";

/** Custom property of each colour of the palette. */
const PROPERTIES: [string, keyof Palette][] = [
  ["--accent", "accent"],
  ["--accent-ink", "accentInk"],
  ["--accent-soft", "accentSoft"],
];

/**
 * CSS rules that set a brand's colour in both apps. `light-dark()` follows the scheme, chosen by a switch or the system;
 * browsers without it follow only the system. The doubled selector outranks the apps' own tokens in any order.
 */
export function brandRules({ light, dark }: Readonly<Record<Scheme, Palette>>): string {
  const rule = (pick: (name: keyof Palette) => string) =>
    `:root:root{${PROPERTIES.map(([property, name]) => `${property}:${pick(name)}`).join(";")}}`;
  return [
    rule((name) => light[name]),
    `@media (prefers-color-scheme:dark){${rule((name) => dark[name])}}`,
    `@supports (color:light-dark(red,red)){${rule((name) => `light-dark(${light[name]},${dark[name]})`)}}`,
  ].join("");
}
