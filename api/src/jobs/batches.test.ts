import { afterEach, describe, expect, it, vi } from "vitest";
import { BATCH, runInBatches } from "./batches.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** A job whose batches take `batchMs` each; counts those that have begun. */
function work(batchMs: number, batches: number[]) {
  let begun = 0;
  const done = runInBatches("rows", async () => {
    vi.advanceTimersByTime(batchMs);
    return batches[begun++] ?? 0;
  });
  return { done, begun: () => begun };
}

describe("a batched job", () => {
  it("rests after a full batch for three times its duration", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
    const { done, begun } = work(300, [BATCH, BATCH, 5]);
    await vi.advanceTimersByTimeAsync(899);
    expect(begun()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(begun()).toBe(2);
    await vi.advanceTimersByTimeAsync(900);
    expect(await done).toBe(2 * BATCH + 5);
  });

  it("rests for at most one second", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
    const { done, begun } = work(60_000, [BATCH, 0]);
    await vi.advanceTimersByTimeAsync(999);
    expect(begun()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await done).toBe(BATCH);
  });

  it("ends at once after a batch that is not full", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
    const { done } = work(300, [BATCH - 1]);
    expect(await done).toBe(BATCH - 1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
