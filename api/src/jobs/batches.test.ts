import { afterEach, describe, expect, it, vi } from "vitest";
import { BATCH, runInBatches } from "./batches.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** Work of several batches that take so long each; tells how many have begun. */
function work(batchMs: number, batches: number[]) {
  let begun = 0;
  const done = runInBatches("rows", async () => {
    vi.advanceTimersByTime(batchMs);
    return batches[begun++] ?? 0;
  });
  return { done, begun: () => begun };
}

describe("work in batches", () => {
  it("rests after a full batch three times as long as it took", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
    const { done, begun } = work(300, [BATCH, BATCH, 5]);
    await vi.advanceTimersByTimeAsync(899);
    expect(begun()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(begun()).toBe(2);
    await vi.advanceTimersByTimeAsync(900);
    expect(await done).toBe(2 * BATCH + 5);
  });

  it("rests for a second at most", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
    const { done, begun } = work(60_000, [BATCH, 0]);
    await vi.advanceTimersByTimeAsync(999);
    expect(begun()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await done).toBe(BATCH);
  });

  it("is over at once when a batch was not full", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
    const { done } = work(300, [BATCH - 1]);
    expect(await done).toBe(BATCH - 1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
