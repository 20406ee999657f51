import { encode } from "uqr";
import { t } from "../i18n/i18n.ts";

/** Modules of white around the code, which the standard asks for. */
const quiet = 4;

/** A link as a QR code: an image of paths only, made here and sent nowhere. Loaded with the hand-off. */
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
