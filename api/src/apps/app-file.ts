import { createHash } from "node:crypto";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** Encodings to send a file in, smallest first; `identity` is uncompressed. */
export const ENCODINGS = ["br", "gzip", "identity"] as const;

/** Content coding, by its name in HTTP. */
export type Encoding = (typeof ENCODINGS)[number];

/** Suffix of the compressed copy of a file, as nginx (`gzip_static`) and Caddy (`precompressed`) expect it. */
export const SUFFIXES = { br: ".br", gzip: ".gz" } as const;

/** A file of an app, ready to send: its body in each encoding that makes it smaller, and its hash. */
export interface AppFile {
  readonly bodies: Readonly<Partial<Record<Encoding, Buffer<ArrayBuffer>>>> & {
    identity: Buffer<ArrayBuffer>;
  };
  readonly hash: string;
}

/** Files of an app by their path in its folder, such as `assets/index-….js`. */
export type AppFiles = ReadonlyMap<string, AppFile>;

/** 128 bits of SHA-256, so that no two versions of a file share a hash. */
const HASH_CHARACTERS = 22;

/** Hash of a file's content, in base64url. */
export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64url").slice(0, HASH_CHARACTERS);
}

/** Makes an app file; pass `compressed` if the other encodings exist already. */
export function appFile(identity: Buffer<ArrayBuffer>, compressed = compress(identity)): AppFile {
  return { bodies: { ...compressed, identity }, hash: hashOf(identity) };
}

/** Compresses at the highest level, because it runs once. Omits encodings that make the content no smaller. */
export function compress(
  bytes: Buffer<ArrayBuffer>,
): Partial<Record<keyof typeof SUFFIXES, Buffer<ArrayBuffer>>> {
  const br = brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
  const gzip = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
  return { ...(br.length < bytes.length && { br }), ...(gzip.length < bytes.length && { gzip }) };
}
