import { describe, expect, it } from "vitest";
import type { Attempt } from "../history.ts";
import { type Life, lost } from "./load.ts";
import { growth, thirds } from "./vitals.ts";

const secret = { id: "s", link: "", vaultId: "", token: "", passphrase: "" };

const lifeOf = (told: Attempt["told"][], mayBeGone = false): Life => ({
  id: "s",
  value: "v",
  secret,
  mayBeGone,
  attempts: told.map((each) => ({ told: each })),
});

describe("a soak calls a secret lost", () => {
  it("when its recipient comes and it is not there", () => {
    expect(lost([lifeOf(["not-available"])])).toHaveLength(1);
    expect(lost([lifeOf(["refused", "not-available"])])).toHaveLength(1);
  });

  it.each<[string, Life]>([
    ["it was shown before", lifeOf(["revealed", "not-available"])],
    ["a race was lost to another attempt", lifeOf(["not-available", "revealed"])],
    ["a wrong passphrase destroyed it", lifeOf(["destroyed", "not-available"])],
    ["nobody knows what an attempt came to", lifeOf(["unanswered", "not-available"])],
    ["its sender may have taken it back", lifeOf(["not-available"], true)],
    ["it was only refused", lifeOf(["refused"])],
  ])("but not when %s", (_why, life) => {
    expect(lost([life])).toEqual([]);
  });
});

describe("a soak calls it growth", () => {
  const samples = (memory: (n: number) => number, descriptors: (n: number) => number) =>
    Array.from({ length: 300 }, (_, n) => ({ at: n, memoryMib: memory(n), descriptors: descriptors(n) }));

  it("when memory or descriptors are more in the last third than in the one before", () => {
    const leaking = samples(
      (n) => 100 + 3 * n,
      (n) => 30 + n,
    );
    expect(growth(thirds(leaking))).toHaveLength(2);
  });

  it("but not what a start takes, nor what goes up and down", () => {
    const steady = samples(
      (n) => Math.min(100 + 2 * n, 200) + (n % 10),
      (n) => 40 + (n % 5),
    );
    expect(growth(thirds(steady))).toEqual([]);
  });
});
