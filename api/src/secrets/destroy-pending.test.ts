import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Database } from "../db/client.ts";
import { BATCH } from "../jobs/batches.ts";
import { destroyPending } from "./destroy-pending.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A driver whose batches take 300 ms and destroy these numbers of secrets; counts those that have begun. */
function driver(...batches: number[]) {
  let begun = 0;
  const tag = ([text]: TemplateStringsArray) => {
    if (!text?.includes("WITH chosen")) return [];
    vi.advanceTimersByTime(300);
    return Array(batches[begun++] ?? 0);
  };
  return { sql: tag as unknown as Database["sql"], begun: () => begun };
}

const BY_SERVER = { actor: "server", reason: "database_restored" } as const;

describe("destroying pending secrets", () => {
  it("rests between batches of foreign ones", async () => {
    const { sql, begun } = driver(BATCH, 5);
    const done = destroyPending({ sql }, { which: "foreign", ...BY_SERVER });
    await vi.advanceTimersByTimeAsync(899);
    expect(begun()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(begun()).toBe(2);
    expect(await done).toBe(BATCH + 5);
  });

  it("takes no rests when it destroys all", async () => {
    const { sql, begun } = driver(BATCH, 5);
    const done = destroyPending({ sql }, { which: "all", ...BY_SERVER });
    await vi.advanceTimersByTimeAsync(0);
    expect(begun()).toBe(2);
    expect(await done).toBe(BATCH + 5);
  });

  it("reports its batches and begins none once stopped", async () => {
    const { sql, begun } = driver(BATCH, 5);
    const stopping = new AbortController();
    const onBatch = vi.fn(() => stopping.abort());
    const { signal } = stopping;
    expect(await destroyPending({ sql }, { which: "foreign", ...BY_SERVER }, { onBatch, signal })).toBe(
      BATCH,
    );
    expect(begun()).toBe(1);
    expect(onBatch).toHaveBeenCalledWith("pending", BATCH);
  });
});
