import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { hashApiKey, isApiKey, newApiKey } from "./api-key.ts";

/** Frozen: a key, once issued, must stay valid. */
const KNOWN = "ttlk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh-RJn6K";

describe("an API key", () => {
  it("is ttlk_ and 48 characters of base64url, and never repeats", () => {
    const keys = new Set(Array.from({ length: 1000 }, newApiKey));
    expect(keys.size).toBe(1000);
    for (const key of keys) {
      expect(key).toMatch(/^ttlk_[A-Za-z0-9_-]{48}$/);
      expect(isApiKey(key)).toBe(true);
    }
  });

  it("uses every bit of its 256: each is set in about half of the keys", () => {
    const counts = new Array<number>(256).fill(0);
    for (let i = 0; i < 1000; i++) {
      const bytes = Buffer.from(newApiKey().slice(5), "base64url");
      for (const bit of counts.keys()) {
        counts[bit] = (counts[bit] ?? 0) + (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1);
      }
    }
    // Ten standard deviations (σ = √1000 / 2 ≈ 15.8).
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(158);
  });

  it("has a stable format: 32 bytes, then their CRC-32, most significant byte first", () => {
    expect(isApiKey(KNOWN)).toBe(true);
    expect(hashApiKey(KNOWN).toString("hex")).toBe(
      "6ad0c565ee64bd463428d93cc8f81a476ef78f2290aebf02c7465e9fc95f2939",
    );
  });

  it("with any one character changed is rejected", () => {
    for (let i = 0; i < KNOWN.length; i++) {
      const other = KNOWN[i] === "x" ? "y" : "x";
      expect(isApiKey(KNOWN.slice(0, i) + other + KNOWN.slice(i + 1)), `character ${i}`).toBe(false);
    }
  });

  it.each([
    ["nothing", ""],
    ["the prefix alone", "ttlk_"],
    ["one character less", KNOWN.slice(0, -1)],
    ["one character more", `${KNOWN}A`],
    ["a line break after it", `${KNOWN}\n`],
    ["a space before it", ` ${KNOWN}`],
    ["capitals", KNOWN.toUpperCase()],
    ["base64 instead of base64url", KNOWN.replace("-", "+")],
    ["other letters that look alike", KNOWN.replace("A", "А")],
  ])("is rejected: %s", (_what, text) => {
    expect(isApiKey(text)).toBe(false);
  });

  it("with a prefix is rejected, even if the shifted bytes have a valid checksum", () => {
    // Shifted by one, what follows five characters is these 36 bytes, whose first character is the underscore.
    const random = Buffer.concat([Buffer.from("_AAA", "base64url"), Buffer.alloc(29)]);
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32(random));
    const text = Buffer.concat([random, checksum]).toString("base64url");
    expect(isApiKey(`ttlk_${text}`)).toBe(true);
    expect(isApiKey(`xttlk${text}A`)).toBe(false);
  });
});
