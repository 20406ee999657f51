import { createHash } from "node:crypto";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** How a file may be sent, smallest first; `identity` is as it is. */
export const ENCODINGS = ["br", "gzip", "identity"] as const;

/** The name that HTTP gives to a compression. */
export type Encoding = (typeof ENCODINGS)[number];

/** The ending of a compressed file beside its original, as `gzip_static` of nginx and Caddy's `precompressed` look for. */
export const SUFFIXES = { br: ".br", gzip: ".gz" } as const;

/** A file of an app, ready to be sent: in each encoding that makes it smaller, and with what tells its versions apart. */
export interface AppFile {
  readonly bodies: Readonly<Partial<Record<Encoding, Buffer<ArrayBuffer>>>> & {
    identity: Buffer<ArrayBuffer>;
  };
  readonly hash: string;
}

/** An app's files by their path in its folder, such as `assets/index-….js`. */
export type AppFiles = ReadonlyMap<string, AppFile>;

/** 128 bits of SHA-256: two versions of a file never share it. */
const HASH_CHARACTERS = 22;

/** Names a content. */
export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64url").slice(0, HASH_CHARACTERS);
}

/** A file of these bytes; `compressed` are its other encodings, when they are known already. */
export function appFile(identity: Buffer<ArrayBuffer>, compressed = compress(identity)): AppFile {
  return { bodies: { ...compressed, identity }, hash: hashOf(identity) };
}

/** The bytes in each encoding that makes them smaller, as small as it can: this is done once and sent often. */
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
