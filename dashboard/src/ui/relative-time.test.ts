import { expect, test } from "vitest";
import { absoluteTime, relativeTime } from "./relative-time.ts";

const now = Date.parse("2026-03-01T12:00:00Z");
const ago = (seconds: number) => relativeTime(now - seconds * 1000, now);

test("ten seconds either way are now", () => {
  expect(ago(0)).toBe("now");
  expect(ago(9)).toBe("now");
  expect(ago(-9)).toBe("now");
  expect(ago(10)).toBe("10 seconds ago");
});

test("the largest unit that fits is used, rounded towards now", () => {
  expect(ago(59)).toBe("59 seconds ago");
  expect(ago(119)).toBe("1 minute ago");
  expect(ago(3_600)).toBe("1 hour ago");
  expect(ago(86_400)).toBe("yesterday");
  expect(ago(86_400 * 3)).toBe("3 days ago");
  expect(ago(2_592_000 * 2)).toBe("2 months ago");
  expect(ago(-300)).toBe("in 5 minutes");
});

test("the absolute time includes its time zone", () => {
  expect(absoluteTime(now)).toMatch(/2026.*(GMT|UTC|[A-Z]{3,4})/);
});
