import argon2 from "argon2";
import { afterEach, describe, expect, it, vi } from "vitest";
import { HashingPool } from "../crypto/argon2.ts";
import { MAX_PASSWORD_LENGTH, passwordHashing } from "./password.ts";

afterEach(() => vi.restoreAllMocks());

const { hash, verify } = passwordHashing(new HashingPool(1));
const password = "correct horse battery staple";

describe("a stored password", () => {
  it("is verified as it was hashed, however its characters are composed", async () => {
    const stored = await hash("pa\u0308ssword");
    expect(await verify({ hash: stored, password: "p\u00e4ssword" })).toBe(true);
    expect(await verify({ hash: stored, password: "password" })).toBe(false);
  });

  it("is verified at up to twice the cost of ours", async () => {
    const stored = await argon2.hash(password, { memoryCost: 38_912, timeCost: 4, parallelism: 2 });
    expect(await verify({ hash: stored, password })).toBe(true);
  });

  it.each([
    ["memory", { memoryCost: 38_913, timeCost: 2, parallelism: 1 }],
    ["passes", { memoryCost: 19_456, timeCost: 5, parallelism: 1 }],
    ["lanes", { memoryCost: 19_456, timeCost: 2, parallelism: 3 }],
  ])("is refused when it was altered to ask for more: %s", async (_what, cost) => {
    const stored = await argon2.hash(password, cost);
    expect(await verify({ hash: stored, password })).toBe(false);
  });

  it("does not match when more characters follow than a password can have", async () => {
    const longest = "x".repeat(MAX_PASSWORD_LENGTH);
    const stored = await hash(longest);
    expect(await verify({ hash: stored, password: longest })).toBe(true);
    expect(await verify({ hash: stored, password: `${longest}y` })).toBe(false);
  });

  it("is never normalised at a length that no password can have", async () => {
    const stored = await hash("correct horse battery");
    const normalize = vi.spyOn(String.prototype, "normalize");
    expect(await verify({ hash: stored, password: `a${"\u0301".repeat(1000)}` })).toBe(false);
    expect(normalize.mock.contexts.map((text) => String(text).length)).toEqual([MAX_PASSWORD_LENGTH]);
  });
});
