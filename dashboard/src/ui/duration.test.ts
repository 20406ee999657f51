import { expect, test } from "vitest";
import { countdown, spokenDuration } from "./duration.ts";

test("a duration omits its zero parts", () => {
  expect(spokenDuration(300)).toBe("5 minutes");
  expect(spokenDuration(60)).toBe("1 minute");
  expect(spokenDuration(5_400)).toBe("1 hour 30 minutes");
  expect(spokenDuration(86_400)).toBe("24 hours");
  expect(spokenDuration(3_601)).toBe("1 hour 1 second");
  expect(spokenDuration(0)).toBe("0 seconds");
});

test("a countdown shows two units and pads the smaller one", () => {
  expect(countdown(86_400_000)).toBe("24 h 00 min");
  expect(countdown(3_900_000)).toBe("1 h 05 min");
  expect(countdown(249_000)).toBe("4 min 09 s");
  expect(countdown(59_000)).toBe("59 s");
});

test("a countdown shows 0 only when no time is left", () => {
  expect(countdown(1)).toBe("1 s");
  expect(countdown(0)).toBe("0 s");
  expect(countdown(-5_000)).toBe("0 s");
});
