import { spawn } from "node:child_process";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Attempt } from "../history.ts";
import { type Life, lost } from "./load.ts";
import { growth, readVitals, thirds, type Vitals, WATCHED } from "./vitals.ts";

const secret = { id: "s", link: "", vaultId: "", token: "", passphrase: "" };

const lifeOf = (outcome: Attempt["outcome"][], mayBeGone = false): Life => ({
  id: "s",
  value: "v",
  secret,
  mayBeGone,
  attempts: outcome.map((each) => ({ outcome: each })),
});

describe("a soak reports a secret as lost", () => {
  it("when its recipient does not find it", () => {
    expect(lost([lifeOf(["not-available"])])).toHaveLength(1);
    expect(lost([lifeOf(["refused", "not-available"])])).toHaveLength(1);
  });

  it.each<[string, Life]>([
    ["it was shown before", lifeOf(["revealed", "not-available"])],
    ["a race was lost to another attempt", lifeOf(["not-available", "revealed"])],
    ["a wrong passphrase destroyed it", lifeOf(["destroyed", "not-available"])],
    ["the outcome of an attempt is unknown", lifeOf(["unanswered", "not-available"])],
    ["its sender may have revoked it", lifeOf(["not-available"], true)],
    ["it was only refused", lifeOf(["refused"])],
  ])("but not when %s", (_why, life) => {
    expect(lost([life])).toEqual([]);
  });
});

describe("a soak reports growth", () => {
  type Held = Omit<Vitals, "at">;
  const samples = (held: { [what in keyof Held]: (n: number) => Held[what] }) =>
    Array.from({ length: 300 }, (_, n) => ({
      at: n,
      heapMib: held.heapMib(n),
      memoryMib: held.memoryMib(n),
      descriptors: held.descriptors(n),
    }));
  const steady = {
    heapMib: (n: number) => (n === 0 ? undefined : Math.min(50 + n, 74) + (n % 3)),
    memoryMib: (n: number) => Math.min(100 + 2 * n, 200) + (n % 10),
    descriptors: (n: number) => 40 + (n % 5),
  };

  it.each([
    ["live memory", { heapMib: (n: number) => 60 + n / 25 }],
    ["resident memory", { memoryMib: (n: number) => 100 + 3 * n }],
    ["descriptors", { descriptors: (n: number) => 30 + n }],
  ])("when %s is more in the last third than in the one before", (_what, leak) => {
    expect(growth(thirds(samples({ ...steady, ...leak })))).toHaveLength(1);
  });

  it("when live memory was never read", () => {
    expect(growth(thirds(samples({ ...steady, heapMib: () => undefined })))).toHaveLength(1);
  });

  it("but not start-up costs or fluctuations", () => {
    expect(growth(thirds(samples(steady)))).toEqual([]);
  });
});

it("a soak reads the live memory of a process, without its garbage", { timeout: 60_000 }, async () => {
  const code = `
    const kept = Array.from({ length: 32 }, () => new Array(131072).fill(1.5));
    setInterval(() => new Array(1e6).fill(kept.length + 0.5), 10);`;
  const child = spawn(process.execPath, ["--eval", code], { env: { ...process.env, ...WATCHED } });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  for await (const chunk of child.stderr) {
    output += chunk;
    if (output.includes("live heap")) break;
  }
  const { heapMib } = await readVitals(child.pid ?? 0, 0, output);
  // 32 buffers of 1 MiB, and Node's own memory. Each round of garbage would add 8 MiB.
  expect(heapMib).toBeGreaterThan(32);
  expect(heapMib).toBeLessThan(48);
});
