import { describe, expect, it } from "vitest";
import { createKey, DROP_AFTER_MS, planRotation, ROTATE_AFTER_MS } from "./plan-rotation.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");
const MINUTE = 60_000;

const ago = (ms: number) => new Date(NOW.getTime() - ms);

/** A key that was added so many ms ago. */
const keyOfAge = (ms: number) => createKey(ago(ms));

/** The kids after a look at `keys`, `"new"` for one that was not there before. */
function kidsAfter(
  keys: Parameters<typeof planRotation>[0],
  { inUse = [], force = false }: { inUse?: string[]; force?: boolean } = {},
) {
  const known = keys.map(({ kid }) => kid);
  const after = planRotation(keys, { now: NOW, kidsInUse: new Set(inUse) }, { force });
  return after.map(({ kid }) => (known.includes(kid) ? kid : "new"));
}

describe("a new key", () => {
  it("is added when the active one is 23 hours old, not a millisecond earlier", () => {
    const [young, old] = [keyOfAge(ROTATE_AFTER_MS - 1), keyOfAge(ROTATE_AFTER_MS)];
    expect(kidsAfter([young])).toEqual([young.kid]);
    expect(kidsAfter([old])).toEqual(["new", old.kid]);
    expect(ROTATE_AFTER_MS).toBe(23 * 3_600_000);
  });

  it("is added with force at any age", () => {
    const key = keyOfAge(0);
    expect(kidsAfter([key], { force: true })).toEqual(["new", key.kid]);
  });

  it("is added when the active one is of unknown age or from the future, which then gets a known age", () => {
    for (const addedAt of [undefined, ago(-MINUTE)]) {
      const key = { ...keyOfAge(0), addedAt };
      const after = planRotation([key], { now: NOW, kidsInUse: new Set() }, { force: false });
      expect(after.map(({ kid }) => kid)).toEqual([expect.not.stringMatching(key.kid), key.kid]);
      expect(after[1]?.addedAt).toEqual(addedAt ?? NOW);
    }
  });

  it("is added when there is none", () => {
    expect(kidsAfter([])).toEqual(["new"]);
  });

  it("differs from every other in kid and key, and is added now, by the database's clock", () => {
    const [a, b] = [createKey(NOW), createKey(NOW)];
    expect(a.kid).not.toBe(b.kid);
    expect(a.key.equals(b.key)).toBe(false);
    expect(a.key).toHaveLength(32);
    expect(a.addedAt).toBe(NOW);
  });
});

describe("an old key", () => {
  const active = keyOfAge(DROP_AFTER_MS);

  it("is dropped 24 hours and a quarter after the next one became active, not a millisecond earlier", () => {
    const old = keyOfAge(DROP_AFTER_MS + ROTATE_AFTER_MS);
    const younger = keyOfAge(DROP_AFTER_MS - 1);
    expect(DROP_AFTER_MS).toBe(24.25 * 3_600_000);
    expect(kidsAfter([keyOfAge(0), active, old])).toEqual([expect.any(String), active.kid]);
    expect(kidsAfter([keyOfAge(0), younger, old]).slice(1)).toEqual([younger.kid, old.kid]);
  });

  it("is kept while an openable payload names it", () => {
    const old = keyOfAge(10 * DROP_AFTER_MS);
    expect(kidsAfter([keyOfAge(0), active, old], { inUse: [old.kid] })).toContain(old.kid);
  });

  it("is timed from now when the newer one is of unknown age", () => {
    const old = keyOfAge(10 * DROP_AFTER_MS);
    const hand = { ...keyOfAge(0), addedAt: undefined };
    expect(kidsAfter([hand, old])).toEqual(["new", hand.kid, old.kid]);
  });

  it("is not dropped early when an older key is moved in front of it", () => {
    const [older, newer] = [keyOfAge(10 * DROP_AFTER_MS), keyOfAge(MINUTE)];
    expect(kidsAfter([older, newer])).toContain(newer.kid);
  });

  it("never gets 48 hours old with a check every minute", () => {
    expect(ROTATE_AFTER_MS + DROP_AFTER_MS + 2 * MINUTE).toBeLessThan(48 * 3_600_000);
  });

  it("is kept if it is the active one", () => {
    const key = keyOfAge(10 * DROP_AFTER_MS);
    expect(kidsAfter([key])).toEqual(["new", key.kid]);
  });
});

it("returns the same array when nothing changes", () => {
  const keys = [keyOfAge(MINUTE), keyOfAge(2 * MINUTE)];
  expect(planRotation(keys, { now: NOW, kidsInUse: new Set() }, { force: false })).toBe(keys);
});
