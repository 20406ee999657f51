import { describe, expect, it } from "vitest";
import { parseChange } from "./change.ts";

const P = "11111111-1111-4111-8111-111111111111";
const A = "22222222-2222-4222-8222-222222222222";
const B = "33333333-3333-4333-8333-333333333333";

describe("a notification", () => {
  it.each([
    [`secrets:${P} ${A},${B}`, { about: "secrets", projectId: P, ids: [A, B] }],
    [`projects ${P}`, { about: "projects", ids: [P] }],
    ["sessions x,y", { about: "sessions", ids: ["x", "y"] }],
    ["users x", { about: "users", ids: ["x"] }],
    ["probe x", { about: "probe", ids: ["x"] }],
  ])("says what changed: %s", (payload, change) => {
    expect(parseChange(payload)).toEqual(change);
  });

  it.each([
    "",
    "secrets",
    `secrets ${A}`,
    `secrets:nowhere ${A}`,
    `secrets:${P} `,
    "nonsense x",
    "sessions",
    "sessions x y",
  ])("that is unknown or malformed is ignored: %j", (payload) => {
    expect(parseChange(payload)).toBeUndefined();
  });

  it("can't make a query fail: ids that are not UUIDs are dropped", () => {
    expect(parseChange(`secrets:${P} ${A},'; DROP TABLE`)).toBeUndefined();
    expect(parseChange(`secrets:${P} ${A},nonsense`)).toEqual({ about: "secrets", projectId: P, ids: [A] });
  });
});
