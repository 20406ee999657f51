/** Draws the growth curves as an SVG for light and dark pages. */

/** CPU time of a path at several points, in ms. */
export interface Curve {
  name: string;
  points: { at: number; ms: number }[];
}

/** A diagram: curves over the same points. */
export interface Panel {
  title: string;
  curves: Curve[];
}

const PANEL = { width: 430, height: 320 };
const PLOT = { left: 44, top: 44, right: 262, bottom: 284 };
/** Powers of ten on the vertical axis: 0.1 to 100 ms. */
const DECADES = { from: -1, to: 2 };
/** Height of a line of text. */
const LINE = 15;

/** Okabe and Ito's colour-blind safe palette (2008), adjusted for light and dark pages. */
const COLORS = [
  { light: "#0072b2", dark: "#56b4e9" },
  { light: "#b34700", dark: "#ff8c42" },
  { light: "#00785a", dark: "#2fc79b" },
  { light: "#a03a78", dark: "#e59ac8" },
  { light: "#7a6400", dark: "#e0c64a" },
];

const xOf = (index: number, of: number) =>
  PLOT.left + (index / Math.max(1, of - 1)) * (PLOT.right - PLOT.left);
const yOf = (ms: number) =>
  PLOT.bottom - ((Math.log10(ms) - DECADES.from) / (DECADES.to - DECADES.from)) * (PLOT.bottom - PLOT.top);

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const round = (value: number) => Math.round(value * 10) / 10;
const label = (at: number) => at.toLocaleString("en");

/** An SVG document with the panels next to each other. */
export function picture(panels: readonly Panel[], caption: string): string {
  const width = PANEL.width * panels.length;
  const height = PANEL.height + 24;
  const colors = (kind: "light" | "dark") =>
    COLORS.map((color, index) => `.c${index} { --c: ${color[kind]} }`).join(" ");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(caption)}</title>
<style>
svg { --page: #ffffff; --ink: #1c2024; --faint: #d5d9dd; font: 12px system-ui, sans-serif }
${colors("light")}
@media (prefers-color-scheme: dark) { svg { --page: #16191d; --ink: #e6e9ec; --faint: #3a4048 } ${colors("dark")} }
text { fill: var(--ink) } .title { font-weight: 600 } .grid { stroke: var(--faint); fill: none }
.line { stroke: var(--c); fill: none; stroke-width: 2 } .dot { fill: var(--c) } .name { fill: var(--c) }
</style>
<rect width="${width}" height="${height}" fill="var(--page)"/>
${panels.map((panel, index) => `<g transform="translate(${index * PANEL.width} 0)">\n${draw(panel)}\n</g>`).join("\n")}
<text x="${PLOT.left}" y="${height - 12}">${escaped(caption)}</text>
</svg>
`;
}

function draw({ title, curves }: Panel): string {
  const places = curves[0]?.points.map(({ at }) => at) ?? [];
  const lines = [`<text class="title" x="${PLOT.left}" y="22">${escaped(title)}</text>`];
  for (let decade = DECADES.from; decade <= DECADES.to; decade++) {
    const y = round(yOf(10 ** decade));
    lines.push(`<path class="grid" d="M${PLOT.left} ${y}H${PLOT.right}"/>`);
    lines.push(`<text x="${PLOT.left - 6}" y="${y + 4}" text-anchor="end">${10 ** decade}</text>`);
  }
  for (const [index, at] of places.entries()) {
    lines.push(
      `<text x="${round(xOf(index, places.length))}" y="${PLOT.bottom + 18}" text-anchor="middle">${label(at)}</text>`,
    );
  }
  const names = namePlaces(curves);
  for (const [index, { name, points }] of curves.entries()) {
    const path = points.map(({ ms }, at) => `${round(xOf(at, points.length))} ${round(yOf(ms))}`);
    lines.push(`<g class="c${index % COLORS.length}"><path class="line" d="M${path.join("L")}"/>`);
    for (const point of path) {
      const [x, y] = point.split(" ");
      lines.push(`<circle class="dot" cx="${x}" cy="${y}" r="3"/>`);
    }
    lines.push(
      `<text class="name" x="${PLOT.right + 10}" y="${round(names[index] ?? 0)}">${escaped(name)}</text></g>`,
    );
  }
  return lines.join("\n");
}

/** Vertical position of each curve's name: at the curve's end, but never overlapping the name above. */
function namePlaces(curves: readonly Curve[]): number[] {
  const ends = curves.map(({ points }) => yOf(points.at(-1)?.ms ?? 1) + 4);
  const order = ends.map((_, index) => index).sort((a, b) => (ends[a] ?? 0) - (ends[b] ?? 0));
  let above = Number.NEGATIVE_INFINITY;
  for (const index of order) {
    above = Math.max(ends[index] ?? 0, above + LINE);
    ends[index] = above;
  }
  return ends;
}
