import { readFileSync, statSync } from "node:fs";

/** The operator's logo: a square image. */
export interface Logo {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly extension: "svg" | "png";
}

/** A larger file is a photograph, and would take most of the page's loading time. */
const MAX_LOGO_BYTES = 64 * 1024;

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Root element of SVG after an optional declaration and comments. No DOCTYPE, which can define entities. */
const SVG_START = /^\uFEFF?\s*(<\?xml[^>]*\?>\s*)?(<!--[\s\S]*?-->\s*)*<svg[\s>]/;

/** The file is not a usable logo. The message says why and holds none of its content. */
export class LogoError extends Error {
  override name = "LogoError";
}

/**
 * Reads a logo, whose type follows from its content, not its name. Scripts in an SVG are not removed: they do not run in
 * an image, and the file itself is served with a policy that allows no script.
 *
 * @throws LogoError if it can't be read, is too large, or is neither SVG nor PNG.
 */
export function readLogo(path: string): Logo {
  const bytes = read(path);
  if (bytes.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE)) return { bytes, extension: "png" };
  if (SVG_START.test(decode(bytes))) return { bytes, extension: "svg" };
  throw new LogoError("must be an SVG (starting with <svg, no DOCTYPE, UTF-8) or a PNG");
}

function read(path: string): Buffer<ArrayBuffer> {
  try {
    // Checked before reading, because the path may name a device file, such as /dev/zero, whose data never ends.
    const stats = statSync(path);
    if (stats.isFile()) {
      if (stats.size > MAX_LOGO_BYTES) throw new LogoError("must be a file of at most 64 KiB");
      return readFileSync(path);
    }
  } catch (error) {
    if (error instanceof LogoError) throw error;
  }
  throw new LogoError("must be the path of a file that the server may read");
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return "";
  }
}
