import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { RequestMeter } from "./request-meter.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => vi.useRealTimers());

const outcomes = (meter: RequestMeter, n: number, keys: { key: string; wideKey?: string }) => {
  const seen: unknown[] = [];
  for (let i = 0; i < n; i++) {
    try {
      meter.take(keys);
      seen.push("passes");
    } catch (error) {
      seen.push(error);
    }
  }
  return seen;
};

const refusal = (retryAfterSeconds: number) =>
  expect.objectContaining({ code: "RATE_LIMITED", details: { retryAfterSeconds } });

it("an address may make 300 requests in ten seconds, whatever others do", () => {
  const meter = new RequestMeter(1);
  expect(new Set(outcomes(meter, 300, { key: "a" }))).toEqual(new Set(["passes"]));
  expect(outcomes(meter, 1, { key: "a" })).toEqual([refusal(10)]);
  expect(outcomes(meter, 1, { key: "b" })).toEqual(["passes"]);
  vi.advanceTimersByTime(6_500);
  expect(outcomes(meter, 1, { key: "a" })).toEqual([refusal(4)]);
  vi.advanceTimersByTime(3_500);
  expect(outcomes(meter, 1, { key: "a" })).toEqual(["passes"]);
});

it("a /48 may make eight times as many", () => {
  const meter = new RequestMeter(1);
  for (let i = 0; i < 8; i++) {
    expect(outcomes(meter, 300, { key: `a${i}`, wideKey: "a" })).not.toContainEqual(refusal(10));
  }
  expect(outcomes(meter, 1, { key: "a9", wideKey: "a" })).toEqual([refusal(10)]);
});

it("the multiplier raises the limit, and each refusal is reported", () => {
  const refused: string[] = [];
  const meter = new RequestMeter(2, (limit) => refused.push(limit));
  expect(outcomes(meter, 602, { key: "a" }).slice(599)).toEqual(["passes", refusal(10), refusal(10)]);
  expect(refused).toEqual(["stranger", "stranger"]);
});

it("keeps at most about 100,000 addresses", () => {
  const meter = new RequestMeter(1 / 300);
  expect(outcomes(meter, 2, { key: "first" })).toEqual(["passes", refusal(10)]);
  for (let i = 0; i < 100_000; i++) meter.take({ key: `other ${i}` });
  expect(outcomes(meter, 1, { key: "first" })).toEqual(["passes"]);
});
