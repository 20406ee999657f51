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

const told = (kind: Attempt["told"], value?: string): Attempt => ({
  told: kind,
  ...(value !== undefined && { value }),
});
const given = told("revealed", "v");
const late = told("not-available");

function problems(attempts: Attempt[], row: StoredSecret, settled = true): string[] {
  const found = brokenPromises([{ id: ID, value: "v", attempts }], new Map([[ID, row]]), { settled });
  return found.map((line) => line.slice(ID.length + 2));
}

describe("a history that keeps every promise", () => {
  it.each<[string, Attempt[], StoredSecret]>([
    ["one of many is given the value", [late, given, late], viewed],
    ["the value was on its way to somebody who never got it", [told("unanswered"), late], viewed],
    ["one wrong guess, and the right ones after it find nothing", [told("destroyed"), late], destroyed],
    ["everybody was turned away", [told("refused"), told("refused")], pending],
    ["it ran out", [late], { ...viewed, status: "expired", events: [CREATE] }],
    ["its project was deleted while somebody looked", [given], { ...gone, events: [CREATE, VIEWED] }],
  ])("%s", (_what, attempts, row) => {
    expect(problems(attempts, row)).toEqual([]);
  });
});

describe("a forged history is found out", () => {
  it.each<[string, Attempt[], StoredSecret]>([
    ["more than one plaintext", [given, given], viewed],
    ["more than one verdict", [given, told("destroyed")], viewed],
    ["a wrong plaintext", [told("revealed", "w")], viewed],
    ["a plaintext outside a reveal", [given, told("destroyed", "v")], viewed],
    ["a plaintext without its audit event", [given], { ...gone }],
    ["destroyed by an attempt without its audit event", [told("destroyed")], { ...gone }],
    ["more than one ending in the audit log", [given], { ...viewed, events: [CREATE, VIEWED, VIEWED] }],
    ["not created exactly once", [given], { ...viewed, events: [VIEWED] }],
    ["pending without a payload", [], { ...pending, hasPayload: false }],
    ["a payload without being pending", [given], { ...viewed, hasPayload: true }],
    ["viewed, but the audit log says nothing", [told("unanswered")], { ...viewed, events: [CREATE] }],
    ["pending, but the audit log says temporary_secret_failed", [], { ...pending, events: [CREATE, FAILED] }],
    ["viewed, but nobody was given it", [late], viewed],
    ["a plaintext, but not viewed", [given], { ...destroyed, events: [CREATE, VIEWED] }],
    ["a verdict, but not destroyed", [told("destroyed")], { ...viewed, events: [CREATE, FAILED] }],
    ["an attempt still open", [told("unanswered")], { ...destroyed, isOpenAttempt: true, events: [CREATE] }],
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

it("an attempt under way is no broken promise until all have ended", () => {
  const open = { ...destroyed, reason: "interrupted", isOpenAttempt: true, events: [CREATE] };
  expect(problems([told("unanswered")], open, false)).toEqual([]);
});
