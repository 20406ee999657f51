import { describe, expect, it } from "vitest";
import { type Attempt, brokenPromises, changedEndings, type StoredSecret } from "./history.ts";

const ID = "00000000-0000-4000-8000-000000000001";
const CREATE = "temporary_secret_create";
const VIEWED = "temporary_secret_viewed";
const FAILED = "temporary_secret_failed";

const viewed: StoredSecret = {
  id: ID,
  status: "viewed",
  reason: null,
  endedAt: "2030-01-01 00:00:00+00",
  isOpenAttempt: false,
  hasPayload: false,
  events: [CREATE, VIEWED],
};
const pending: StoredSecret = {
  ...viewed,
  status: "pending",
  endedAt: null,
  hasPayload: true,
  events: [CREATE],
};
const destroyed: StoredSecret = {
  ...viewed,
  status: "destroyed",
  reason: "wrong_passphrase",
  events: [CREATE, FAILED],
};
const gone: StoredSecret = { ...viewed, status: null, endedAt: null, events: [CREATE] };

const outcome = (kind: Attempt["outcome"], value?: string): Attempt => ({
  outcome: kind,
  ...(value !== undefined && { value }),
});
const given = outcome("revealed", "v");
const late = outcome("not-available");

function problems(attempts: Attempt[], row: StoredSecret, settled = true): string[] {
  const found = brokenPromises([{ id: ID, value: "v", attempts }], new Map([[ID, row]]), { settled });
  return found.map((line) => line.slice(ID.length + 2));
}

describe("no promise is broken when", () => {
  it.each<[string, Attempt[], StoredSecret]>([
    ["one attempt of many is shown the value", [late, given, late], viewed],
    ["the value was sent and never received", [outcome("unanswered"), late], viewed],
    [
      "a wrong passphrase came first, and the right ones find nothing",
      [outcome("destroyed"), late],
      destroyed,
    ],
    ["every attempt was refused", [outcome("refused"), outcome("refused")], pending],
    ["its TTL ended", [late], { ...viewed, status: "expired", events: [CREATE] }],
    ["its project was deleted during a reveal", [given], { ...gone, events: [CREATE, VIEWED] }],
  ])("%s", (_what, attempts, row) => {
    expect(problems(attempts, row)).toEqual([]);
  });
});

describe("a forged history is detected", () => {
  it.each<[string, Attempt[], StoredSecret]>([
    ["more than one plaintext", [given, given], viewed],
    ["more than one verdict", [given, outcome("destroyed")], viewed],
    ["a wrong plaintext", [outcome("revealed", "w")], viewed],
    ["a plaintext outside a reveal", [given, outcome("destroyed", "v")], viewed],
    ["a plaintext without its audit event", [given], { ...gone }],
    ["destroyed by an attempt without its audit event", [outcome("destroyed")], { ...gone }],
    ["more than one ending in the audit log", [given], { ...viewed, events: [CREATE, VIEWED, VIEWED] }],
    ["not created exactly once", [given], { ...viewed, events: [VIEWED] }],
    ["pending without a payload", [], { ...pending, hasPayload: false }],
    ["a payload without being pending", [given], { ...viewed, hasPayload: true }],
    ["viewed, but the audit log says nothing", [outcome("unanswered")], { ...viewed, events: [CREATE] }],
    ["pending, but the audit log says temporary_secret_failed", [], { ...pending, events: [CREATE, FAILED] }],
    ["viewed, but no attempt was shown it", [late], viewed],
    ["a plaintext, but not viewed", [given], { ...destroyed, events: [CREATE, VIEWED] }],
    ["a verdict, but not destroyed", [outcome("destroyed")], { ...viewed, events: [CREATE, FAILED] }],
    [
      "an attempt still open",
      [outcome("unanswered")],
      { ...destroyed, isOpenAttempt: true, events: [CREATE] },
    ],
  ])("%s", (problem, attempts, row) => {
    expect(problems(attempts, row)).toContain(problem);
  });

  it("a secret that was not read back", () => {
    const found = brokenPromises([{ id: ID, value: "v", attempts: [] }], new Map(), { settled: true });
    expect(found).toEqual([`${ID}: was never read back`]);
  });

  it("an ending that changes afterwards", () => {
    const at = (row: StoredSecret) => new Map([[ID, row]]);
    expect(changedEndings(at(viewed), at({ ...viewed, endedAt: "2030-01-02 00:00:00+00" }))).toHaveLength(1);
    expect(changedEndings(at(viewed), at(pending))).toHaveLength(1);
    expect(changedEndings(at(viewed), at(viewed))).toEqual([]);
    expect(changedEndings(at(pending), at(viewed))).toEqual([]);
  });
});

it("an open attempt breaks no promise until all attempts have ended", () => {
  const open = { ...destroyed, reason: "interrupted", isOpenAttempt: true, events: [CREATE] };
  expect(problems([outcome("unanswered")], open, false)).toEqual([]);
});
