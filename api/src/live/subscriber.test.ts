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

/** A follower and how often it ended. */
function scene(readBacklog?: () => Promise<TtlSecret[]>) {
  let ends = 0;
  const follower = new Subscriber(
    { principal: MEMBER, projectId: "p" },
    () => {
      ends += 1;
    },
    readBacklog,
  );
  const idsOf = async (count: number) => {
    const ids: string[] = [];
    for (let n = 0; n < count; n++) {
      const { value } = await follower.next();
      ids.push("secret" in value ? `${value.secret.id} ${value.secret.status}` : value.refusal.code);
    }
    return ids;
  };
  return { follower, idsOf, ends: () => ends };
}

describe("a follower", () => {
  it("hands a slow reader each secret once, in its newest state", async () => {
    const { follower, idsOf } = scene();
    follower.push(secret("a"));
    follower.push(secret("b"));
    follower.push(secret("a", "viewed"));
    expect(await idsOf(2)).toEqual(["a viewed", "b pending"]);
  });

  it("is told to connect again when 1,000 secrets wait for it, and holds none any more", async () => {
    const { follower, idsOf, ends } = scene();
    for (let n = 0; n <= 1_000; n++) follower.push(secret(String(n)));
    expect(await idsOf(1)).toEqual(["OVERLOADED"]);
    expect(await follower.next()).toEqual({ done: true, value: undefined });
    expect(ends()).toBe(1);
  });

  it("hands out what waits before it completes, and nothing that waits once it is refused", async () => {
    const completed = scene();
    completed.follower.push(secret("a"));
    completed.follower.complete();
    expect(await completed.idsOf(1)).toEqual(["a pending"]);
    expect((await completed.follower.next()).done).toBe(true);

    const refused = scene();
    refused.follower.push(secret("a"));
    refused.follower.refuse(new AppError("NOT_FOUND", "gone"));
    refused.follower.push(secret("b"));
    expect(await refused.idsOf(1)).toEqual(["NOT_FOUND"]);
    expect((await refused.follower.next()).done).toBe(true);
  });

  it("wakes a reader who waits", async () => {
    const { follower, idsOf } = scene();
    const read = idsOf(1);
    follower.push(secret("a"));
    expect(await read).toEqual(["a pending"]);
  });

  it("ends once, when its reader goes away while it waits", async () => {
    const { follower, ends } = scene();
    const read = follower.next();
    await follower.return();
    expect((await read).done).toBe(true);
    follower.complete();
    expect(ends()).toBe(1);
  });

  it("gives the backlog first, page by page, and never an old state after a newer one", async () => {
    const pages = [[secret("a"), secret("b")], [secret("c")], []];
    const { follower, idsOf } = scene(async () => {
      const page = pages.shift() ?? [];
      // It changes after the page was read and before it arrives.
      if (page[0]?.id === "c") follower.push(secret("c", "viewed"));
      return page;
    });
    expect(await idsOf(3)).toEqual(["a pending", "b pending", "c viewed"]);
    follower.push(secret("d"));
    expect(await idsOf(1)).toEqual(["d pending"]);
  });

  it("is told to connect again when the backlog can't be read", async () => {
    const { idsOf } = scene(() => Promise.reject(new Error("the database is away")));
    expect(await idsOf(1)).toEqual(["OVERLOADED"]);
  });
});
