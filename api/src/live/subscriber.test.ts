import { describe, expect, it } from "vitest";
import type { Principal } from "../accounts/principal.ts";
import type { SecretStatus, TtlSecret } from "../secrets/secret.ts";
import { AppError } from "../shared/errors.ts";
import { Subscriber } from "./subscriber.ts";

const MEMBER: Principal = {
  kind: "member",
  member: {
    userId: "u",
    name: "Ada",
    email: "ada@example.com",
    role: "member",
    vaultId: "v",
    vaultName: "Ada's",
  },
  sessionId: "s",
};

const secret = (id: string, status: SecretStatus = "pending"): TtlSecret => ({
  id,
  name: id,
  status,
  destroyedReason: null,
  createdAt: new Date(0),
  expiresAt: new Date(0),
  endedAt: null,
  createdBy: "ada@example.com",
  changedAt: new Date(0),
});

/** A subscriber, and how often it ended. */
function scene(readBacklog?: () => Promise<TtlSecret[]>) {
  let ends = 0;
  const subscriber = new Subscriber(
    { principal: MEMBER, projectId: "p" },
    () => {
      ends += 1;
    },
    readBacklog,
  );
  const idsOf = async (count: number) => {
    const ids: string[] = [];
    for (let n = 0; n < count; n++) {
      const { value } = await subscriber.next();
      ids.push("secret" in value ? `${value.secret.id} ${value.secret.status}` : value.refusal.code);
    }
    return ids;
  };
  return { subscriber, idsOf, ends: () => ends };
}

describe("a subscriber", () => {
  it("gives a slow client each secret once, in its newest state", async () => {
    const { subscriber, idsOf } = scene();
    subscriber.push(secret("a"));
    subscriber.push(secret("b"));
    subscriber.push(secret("a", "viewed"));
    expect(await idsOf(2)).toEqual(["a viewed", "b pending"]);
  });

  it("ends with a retryable error when more than 1,000 secrets wait, and drops them", async () => {
    const { subscriber, idsOf, ends } = scene();
    for (let n = 0; n <= 1_000; n++) subscriber.push(secret(String(n)));
    expect(await idsOf(1)).toEqual(["OVERLOADED"]);
    expect(await subscriber.next()).toEqual({ done: true, value: undefined });
    expect(ends()).toBe(1);
  });

  it("delivers what is queued before it completes, and nothing queued after an error", async () => {
    const completed = scene();
    completed.subscriber.push(secret("a"));
    completed.subscriber.complete();
    expect(await completed.idsOf(1)).toEqual(["a pending"]);
    expect((await completed.subscriber.next()).done).toBe(true);

    const refused = scene();
    refused.subscriber.push(secret("a"));
    refused.subscriber.refuse(new AppError("NOT_FOUND", "gone"));
    refused.subscriber.push(secret("b"));
    expect(await refused.idsOf(1)).toEqual(["NOT_FOUND"]);
    expect((await refused.subscriber.next()).done).toBe(true);
  });

  it("wakes a client that waits", async () => {
    const { subscriber, idsOf } = scene();
    const read = idsOf(1);
    subscriber.push(secret("a"));
    expect(await read).toEqual(["a pending"]);
  });

  it("ends once when its client disconnects while waiting", async () => {
    const { subscriber, ends } = scene();
    const read = subscriber.next();
    await subscriber.return();
    expect((await read).done).toBe(true);
    subscriber.complete();
    expect(ends()).toBe(1);
  });

  it("delivers the backlog first, page by page, and never an old state after a newer one", async () => {
    const pages = [[secret("a"), secret("b")], [secret("c")], []];
    const { subscriber, idsOf } = scene(async () => {
      const page = pages.shift() ?? [];
      // It changes after the page was read and before it arrives.
      if (page[0]?.id === "c") subscriber.push(secret("c", "viewed"));
      return page;
    });
    expect(await idsOf(3)).toEqual(["a pending", "b pending", "c viewed"]);
    subscriber.push(secret("d"));
    expect(await idsOf(1)).toEqual(["d pending"]);
  });

  it("ends with a retryable error when the backlog can't be read", async () => {
    const { idsOf } = scene(() => Promise.reject(new Error("the database is away")));
    expect(await idsOf(1)).toEqual(["OVERLOADED"]);
  });
});
