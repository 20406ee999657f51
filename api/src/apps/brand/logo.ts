import { readFileSync, statSync } from "node:fs";

/** An image that stands for the operator, square as an icon. */
export interface Logo {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly extension: "svg" | "png";
}

/** Larger than that, a file is a photograph, and would be most of what a recipient waits for. */
const MAX_LOGO_BYTES = 64 * 1024;

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** The root element of SVG, after nothing but a declaration and comments; no DOCTYPE, which can define entities. */
const SVG_START = /^\uFEFF?\s*(<\?xml[^>]*\?>\s*)?(<!--[\s\S]*?-->\s*)*<svg[\s>]/;

/** The file can't be a logo. The message says why, and not what is in it. */
export class LogoError extends Error {
  override name = "LogoError";
}

/**
 * Reads a logo. What it is, its content says, not its name. A script inside an SVG is not looked for: as an image it
 * can't run, and on its own it is served where no script may.
 *
 * @throws LogoError when it can't be read, is too large, or is neither SVG nor PNG.
 */
export function readLogo(path: string): Logo {
  const bytes = read(path);
  if (bytes.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE)) return { bytes, extension: "png" };
  if (SVG_START.test(decode(bytes))) return { bytes, extension: "svg" };
  throw new LogoError("must be an SVG (starting with <svg, no DOCTYPE, UTF-8) or a PNG");
}

function read(path: string): Buffer<ArrayBuffer> {
  try {
    // Looked at before it is read: the path may be of a device that never ends.
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
