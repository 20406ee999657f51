import { describe, expect, it } from "vitest";
import { OpenStreams } from "./open-streams.ts";
import { Subscriber, type Subscription } from "./subscriber.ts";

const session = (userId: string, projectId = "p", sessionId = `session of ${userId}`) => {
  const person = { name: userId, email: `${userId}@example.com`, role: "member" as const };
  const member = { userId, ...person, vaultId: "v", vaultName: "Vault" };
  return subscriber({ principal: { kind: "member", member, sessionId }, projectId });
};

const apiKey = (id: string, projectId = "p") => {
  const key = { id, name: id, scopes: [], projectIds: null, expiresAt: new Date(0) };
  return subscriber({ principal: { kind: "api-key", ...key, vaultId: "v" }, projectId });
};

const subscriber = (subscription: Subscription) => new Subscriber(subscription, () => {});

function open(...subscribers: Subscriber[]): OpenStreams {
  const streams = new OpenStreams(1);
  for (const each of subscribers) streams.add(each);
  return streams;
}

describe("the open streams", () => {
  it("are found by their project until they are removed", () => {
    const [a, b, other] = [session("ada"), apiKey("k"), session("ada", "q")];
    const streams = open(a, b, other);
    expect([...streams.ofProject("p")]).toEqual([a, b]);
    expect(streams.projectIds()).toEqual(["p", "q"]);
    for (const each of [a, b, b]) streams.remove(each);
    expect([...streams]).toEqual([other]);
    expect({ size: streams.size, hasP: streams.hasProject("p") }).toEqual({ size: 1, hasP: false });
  });

  it("are at most 20 per member, in all sessions and projects, and 20 per API key", () => {
    const first = session("ada", "p0");
    const streams = open(first);
    for (let n = 1; n < 20; n++) streams.add(session("ada", `p${n}`, `session ${n}`));
    for (let n = 0; n < 20; n++) streams.add(apiKey("k"));
    for (const refused of [session("ada"), apiKey("k")]) {
      expect(() => streams.add(refused)).toThrow(expect.objectContaining({ code: "RATE_LIMITED" }));
    }
    expect(streams.size).toBe(40);
    streams.add(session("grace"));
    streams.remove(first);
    streams.add(session("ada"));
    expect(streams.size).toBe(41);
  });

  it("are found by the project, session, user or API key that their authorization depends on", () => {
    const [ada, grace, key] = [session("ada"), session("grace", "q"), apiKey("k")];
    const streams = open(ada, grace, key);
    expect(streams.dependingOn("projects", ["q", "unknown"])).toEqual([grace]);
    expect(streams.dependingOn("sessions", ["session of ada"])).toEqual([ada]);
    expect(streams.dependingOn("users", ["grace", "k"])).toEqual([grace]);
    expect(streams.dependingOn("keys", ["k", "ada", "session of ada"])).toEqual([key]);
  });
});
