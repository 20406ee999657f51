import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { KEY_BYTES, type KeyRing, keyCheckValue, keyOf } from "./key-ring.ts";

const ring: KeyRing = {
  activeKid: "new",
  keys: new Map([
    ["new", Buffer.alloc(KEY_BYTES, 1)],
    ["old", Buffer.alloc(KEY_BYTES, 2)],
  ]),
};

test("a server key is 32 bytes long", () => {
  expect(KEY_BYTES).toBe(32);
});

test("every key of the ring is found by its own kid, not only the active one", () => {
  expect(keyOf(ring, "new")).toEqual(Buffer.alloc(32, 1));
  expect(keyOf(ring, "old")).toEqual(Buffer.alloc(32, 2));
});

test.each(["", "NEW", "new ", "k1-sentinel", "constructor", "__proto__"])(
  "an unknown kid is refused, and the error does not name it: %j",
  (kid) => {
    expect(() => keyOf(ring, kid)).toThrow(/^no such key in the ring$/);
  },
);

// Stored for every key: another value for the same key would refuse every server.
test("the check value of a key is HKDF-SHA256 (RFC 5869), and its info is its own", () => {
  const key = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
  const pseudoRandomKey = createHmac("sha256", Buffer.alloc(32)).update(key).digest();
  const expected = createHmac("sha256", pseudoRandomKey).update("ttl-secrets key check value\x01").digest();
  expect(keyCheckValue(key)).toEqual(expected);
  expect(keyCheckValue(Buffer.alloc(32, 1))).not.toEqual(expected);
});
