import type { Palette, Scheme } from "./palette.ts";

/** What a custom property is called that holds a colour of the palette. */
const PROPERTIES: [string, keyof Palette][] = [
  ["--accent", "accent"],
  ["--accent-ink", "accentInk"],
  ["--accent-soft", "accentSoft"],
];

/**
 * The rules that give both apps a brand's colour. `light-dark()` follows whatever decides about the scheme, a switch
 * or the system; browsers older than that know only the system. The doubled selector outranks the apps' own tokens,
 * wherever they stand.
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
