import { randomBytes, webcrypto } from "node:crypto";
import { describe, expect, test } from "vitest";
import { open, SEAL_VERSION, type SealContext, type Sealed, seal, UnreadableError } from "./aead.ts";
import type { KeyRing } from "./key-ring.ts";
import { passphraseKeys } from "./passphrase.ts";
import vectors from "./vectors.json" with { type: "json" };

const { subtle } = webcrypto;

const context: SealContext = {
  secretId: "7b1e0c52-3f0a-4d7e-9c55-0a6a3f1d2e90",
  projectId: "0d9f5a34-8b1c-4b7a-a2d3-5e6f7a8b9c0d",
  vaultId: "vault_0123456789abcdef01234567",
  expiresAtMs: 1_767_225_600_000,
};
const serverKey = randomBytes(32);
const ring = ringOf({ k1: serverKey });
const wrapBytes = randomBytes(32);
/** Sealing and opening wipe what they are given, so each gets its own copy. */
const wrap = () => Buffer.from(wrapBytes);

function ringOf(keys: Record<string, Buffer>, activeKid = Object.keys(keys)[0] ?? ""): KeyRing {
  return { activeKid, keys: new Map(Object.entries(keys)) };
}

/** The format as its documentation states it, written a second time over Web Crypto. */
async function independently(
  wrapped: Buffer,
  key: Buffer,
  { kid, nonce, version }: Omit<Sealed, "ciphertext">,
  { secretId, projectId, vaultId, expiresAtMs }: SealContext,
) {
  const info = Buffer.from(`ttl-secrets/v${version}/content/${secretId}`);
  const ikm = await subtle.importKey("raw", wrapped, "HKDF", false, ["deriveKey"]);
  const contentKey = await subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: key, info },
    ikm,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
  const additionalData = Buffer.from(
    `[${version},"${secretId}","${projectId}","${vaultId}","${kid}",${expiresAtMs}]`,
  );
  const gcm = { name: "AES-GCM", iv: nonce, additionalData, tagLength: 128 };
  return {
    encrypt: async (text: string) => Buffer.from(await subtle.encrypt(gcm, contentKey, Buffer.from(text))),
    decrypt: async (data: Buffer) => Buffer.from(await subtle.decrypt(gcm, contentKey, data)).toString(),
  };
}

function flip(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

// Made with Debian's `argon2` command and Python's hmac and cryptography, not with this code.
describe.each(vectors)("the frozen vector “$name”", (vector) => {
  const bytes = (hex: string) => Buffer.from(hex, "hex");
  const vectorKey = bytes(vector.serverKey);
  const vectorRing = ringOf({ [vector.kid]: vectorKey });
  const sealed: Sealed = {
    version: vector.version,
    kid: vector.kid,
    nonce: bytes(vector.nonce),
    ciphertext: bytes(vector.ciphertext),
  };

  test("opens from the typed passphrase, through the whole key derivation", async () => {
    const keys = await passphraseKeys(vector.passphrase, bytes(vector.salt), vector.argon2);
    expect(keys.verifier.toString("hex")).toBe(vector.verifier);
    expect(open(sealed, keys.wrap, vectorRing, vector)).toBe(vector.value);
  });

  test("equals Web Crypto's output for the documented format", async () => {
    const { encrypt, decrypt } = await independently(bytes(vector.wrap), vectorKey, sealed, vector);
    expect((await encrypt(vector.value)).toString("hex")).toBe(vector.ciphertext);
    expect(await decrypt(sealed.ciphertext)).toBe(vector.value);
  });

  test("does not open with any one of its bits changed", () => {
    const { nonce, ciphertext } = sealed;
    for (let bit = 0; bit < nonce.length * 8; bit += 1) {
      const altered = { ...sealed, nonce: flip(nonce, bit) };
      expect(() => open(altered, bytes(vector.wrap), vectorRing, vector)).toThrow(UnreadableError);
    }
    for (let bit = 0; bit < ciphertext.length * 8; bit += 1) {
      const altered = { ...sealed, ciphertext: flip(ciphertext, bit) };
      expect(() => open(altered, bytes(vector.wrap), vectorRing, vector)).toThrow(UnreadableError);
    }
  });
});

describe("a sealed value", () => {
  test.each([
    ["one byte", "x"],
    ["64 KiB", "a".repeat(65_536)],
    ["64 KiB in characters of three bytes and one", `${"€".repeat(21_845)}x`],
    ["leading and trailing white space", "  \t value \n\n"],
    ["line ends of every kind", "a\r\nb\nc\rd\u2028e"],
    ["a byte order mark at its start", "\ufeffvalue"],
    ["emoji, joined and with skin tones", "👩🏽‍🚀🔑🏴󠁧󠁢󠁥󠁮󠁧󠁿"],
    ["right-to-left text", "שלום مرحبا"],
    ["letters that normalisation would change", "ﬁ e\u0301 \u212b"],
    ["HTML", "<script>alert('&amp;')</script>"],
    ["control characters", "\u0001\u001b[31m\u007f"],
    ["nothing", ""],
  ])("comes back byte for byte: %s", (_, value) => {
    const sealed = seal(value, wrap(), ring, context);
    expect(Buffer.from(open(sealed, wrap(), ring, context))).toEqual(Buffer.from(value));
  });

  test("is as long as its UTF-8 plus a 16-byte tag, with a 12-byte nonce", () => {
    const { nonce, ciphertext } = seal("schlüssel", wrap(), ring, context);
    expect(ciphertext).toHaveLength(10 + 16);
    expect(nonce).toHaveLength(12);
  });

  test("can be opened by an independent implementation of the documented format", async () => {
    const sealed = seal("hunter2", wrap(), ring, context);
    const { decrypt } = await independently(wrapBytes, serverKey, sealed, context);
    expect(await decrypt(sealed.ciphertext)).toBe("hunter2");
  });

  test("has a fresh nonce, so the same value never seals to the same bytes", () => {
    const all = Array.from({ length: 2000 }, () => seal("hunter2", wrap(), ring, context));
    expect(new Set(all.map(({ nonce }) => nonce.toString("hex"))).size).toBe(2000);
    expect(new Set(all.map(({ ciphertext }) => ciphertext.toString("hex"))).size).toBe(2000);
  });

  test("is sealed with the ring's active key, in the current format", () => {
    const two = ringOf({ k1: serverKey, k2: randomBytes(32) }, "k2");
    expect(seal("hunter2", wrap(), two, context)).toMatchObject({ kid: "k2", version: SEAL_VERSION });
    expect(SEAL_VERSION).toBe(1);
  });

  test("opens after another key has become active", () => {
    const sealed = seal("hunter2", wrap(), ring, context);
    const rotated = ringOf({ k2: randomBytes(32), k1: serverKey });
    expect(open(sealed, wrap(), rotated, context)).toBe("hunter2");
  });
});

/** What else may be altered besides the stored row. */
interface Altered {
  wrapped?: Buffer;
  keys?: KeyRing;
  place?: Partial<SealContext>;
}

describe("a sealed value does not open", () => {
  const sealed = seal("hunter2", wrap(), ring, context);
  const refused = (altered: Partial<Sealed>, { wrapped = wrap(), keys = ring, place = {} }: Altered = {}) =>
    expect(() => open({ ...sealed, ...altered }, wrapped, keys, { ...context, ...place })).toThrow(
      UnreadableError,
    );

  test("but does open when nothing is altered", () => {
    expect(open({ ...sealed }, wrap(), ring, { ...context })).toBe("hunter2");
  });

  test("truncated by any number of bytes, at either end", () => {
    const { ciphertext, nonce } = sealed;
    for (let length = 0; length < ciphertext.length; length += 1) {
      refused({ ciphertext: ciphertext.subarray(0, length) });
      refused({ ciphertext: ciphertext.subarray(ciphertext.length - length) });
    }
    for (let length = 0; length < nonce.length; length += 1) refused({ nonce: nonce.subarray(0, length) });
  });

  test("with bytes added", () => {
    const zero = Buffer.alloc(1);
    refused({ ciphertext: Buffer.concat([sealed.ciphertext, zero]) });
    refused({ ciphertext: Buffer.concat([zero, sealed.ciphertext]) });
    refused({ nonce: Buffer.concat([sealed.nonce, zero]) });
  });

  test.each([4, 8, 12, 13, 14, 15])("with a tag of %i bytes, which AES-GCM itself allows", async (n) => {
    const { encrypt } = await independently(wrapBytes, serverKey, sealed, context);
    const empty = await encrypt("");
    expect(open({ ...sealed, ciphertext: empty }, wrap(), ring, context)).toBe("");
    refused({ ciphertext: empty.subarray(0, n) });
    const value = sealed.ciphertext.subarray(0, -16);
    refused({ ciphertext: Buffer.concat([value, sealed.ciphertext.subarray(-16, -16 + n)]) });
  });

  test("when it is empty", () => {
    refused({ ciphertext: Buffer.alloc(0) });
    refused({ nonce: Buffer.alloc(0) });
  });

  test.each<[string, Partial<SealContext>]>([
    ["secret", { secretId: "7b1e0c52-3f0a-4d7e-9c55-0a6a3f1d2e91" }],
    ["project", { projectId: "0d9f5a34-8b1c-4b7a-a2d3-5e6f7a8b9c0e" }],
    ["vault", { vaultId: "vault_0123456789abcdef01234568" }],
    ["expiry, a millisecond later", { expiresAtMs: context.expiresAtMs + 1 }],
    ["expiry, a millisecond earlier", { expiresAtMs: context.expiresAtMs - 1 }],
    ["expiry, a day later", { expiresAtMs: context.expiresAtMs + 86_400_000 }],
  ])("for another %s", (_, place) => {
    refused({}, { place });
  });

  test("with two of its ids swapped", () => {
    refused({}, { place: { secretId: context.projectId, projectId: context.secretId } });
    refused({}, { place: { projectId: context.vaultId, vaultId: context.projectId } });
  });

  test("with a character moved from one id to the next", () => {
    const { projectId, vaultId } = context;
    refused({}, { place: { projectId: projectId.slice(0, -1), vaultId: projectId.slice(-1) + vaultId } });
  });

  test.each([0, 2, 11])("as version %i of the format", (version) => {
    refused({ version });
  });

  test("under another kid, even with the same key", () => {
    refused({ kid: "k2" }, { keys: ringOf({ k1: serverKey, k2: Buffer.from(serverKey) }) });
  });

  test("with another server key", () => {
    refused({}, { keys: ringOf({ k1: randomBytes(32) }) });
    refused({}, { keys: ringOf({ k1: flip(serverKey, 255) }) });
  });

  test("with another passphrase", () => {
    refused({}, { wrapped: randomBytes(32) });
    refused({}, { wrapped: flip(wrapBytes, 0) });
  });

  test("in another row: rows, or parts of them, can't be swapped", () => {
    const other: SealContext = { ...context, secretId: "7b1e0c52-3f0a-4d7e-9c55-0a6a3f1d2e91" };
    const sealedOther = seal("correct horse", wrap(), ring, other);
    refused(sealedOther);
    refused({}, { place: other });
    const { ciphertext, nonce } = sealedOther;
    refused({ ciphertext });
    refused({ nonce });
    refused({
      ciphertext: Buffer.concat([sealed.ciphertext.subarray(0, -16), ciphertext.subarray(-16)]),
    });
    expect(open(sealedOther, wrap(), ring, other)).toBe("correct horse");
  });

  test("and the error reveals no detail", () => {
    const failures = [
      () => open({ ...sealed, ciphertext: flip(sealed.ciphertext, 0) }, wrap(), ring, context),
      () => open({ ...sealed, ciphertext: Buffer.alloc(0) }, wrap(), ring, context),
      () => open({ ...sealed, nonce: Buffer.alloc(0) }, wrap(), ring, context),
      () => open(sealed, randomBytes(32), ring, context),
      () => open(sealed, wrap(), ring, { ...context, vaultId: "vault_sentinel" }),
    ];
    for (const fail of failures) {
      let thrown: unknown;
      try {
        fail();
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(UnreadableError);
      const { name, message, cause } = thrown as UnreadableError;
      expect({ name, message, cause }).toEqual({
        name: "UnreadableError",
        message: "the sealed value can't be opened",
        cause: undefined,
      });
    }
  });
});

describe("the wrap key is wiped", () => {
  const wiped = Buffer.alloc(32);

  test("after sealing", () => {
    const key = wrap();
    seal("hunter2", key, ring, context);
    expect(key.equals(wiped)).toBe(true);
  });

  test("after opening", () => {
    const sealed = seal("hunter2", wrap(), ring, context);
    const key = wrap();
    open(sealed, key, ring, context);
    expect(key.equals(wiped)).toBe(true);
  });

  test("after failing to open", () => {
    const sealed = seal("hunter2", wrap(), ring, context);
    const key = wrap();
    expect(() => open(sealed, key, ring, { ...context, expiresAtMs: 0 })).toThrow(UnreadableError);
    expect(key.equals(wiped)).toBe(true);
  });

  test("after failing to open without the server key", () => {
    const sealed = seal("hunter2", wrap(), ring, context);
    const key = wrap();
    expect(() => open(sealed, key, ringOf({ k2: serverKey }), context)).toThrow();
    expect(key.equals(wiped)).toBe(true);
  });

  test("and the server key is not", () => {
    const key = randomBytes(32);
    const copy = Buffer.from(key);
    open(seal("hunter2", wrap(), ringOf({ k1: key }), context), wrap(), ringOf({ k1: key }), context);
    expect(key).toEqual(copy);
  });
});
