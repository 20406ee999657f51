import { encode } from "uqr";
import { t } from "../i18n/i18n.ts";

/** Width of the quiet zone in modules (ISO/IEC 18004 requires four). */
const quiet = 4;

/** A link as a QR code: an SVG made in the browser and sent nowhere. */
export default function LinkQr({ link }: { link: string }) {
  const { data, size } = encode(link, { ecc: "M", border: 0 });
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : [])));
  return (
    <svg
      className="link-qr"
      viewBox={`${-quiet} ${-quiet} ${size + 2 * quiet} ${size + 2 * quiet}`}
      role="img"
      aria-label={t("handOff.qrLabel")}
      shapeRendering="crispEdges"
    >
      <rect x={-quiet} y={-quiet} width="100%" height="100%" fill="#fff" />
      <path d={dark.join("")} fill="#000" />
    </svg>
  );
}
