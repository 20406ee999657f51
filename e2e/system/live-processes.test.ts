/** Streams of several API processes on one database, and the loss of a process or the database. */
import { setTimeout } from "node:timers/promises";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { TtlSecrets } from "../../api/examples/integration/client.ts";
import { PUBLIC_URL } from "../../api/test/app.ts";
import { createDatabase } from "../../api/test/database.ts";
import { DebianServer, hasDebianPostgres } from "../../api/test/debian-postgres.ts";
import {
  createKey,
  createSecret,
  createSender,
  reveal,
  revokeKey,
  signOut,
} from "../../api/test/factories.ts";
import { follow } from "../../api/test/live.ts";
import { endpointOf } from "../consistency/recipients.ts";
import { type ApiProcess, freshKeys, startApi } from "../support/api-process.ts";

/** Downtime of PostgreSQL. */
const OUTAGE_MS = 10_000;

/** How long to wait for a change, in ms. Generous, for slow machines. */
const ARRIVAL_MS = 120_000;

/** Two processes on one database. */
interface Pair {
  one: ApiProcess;
  two: ApiProcess;
  sql: postgres.Sql;
}

/** Cleanup after all tests, in reverse order. */
const undo: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const step of undo.toReversed()) await step();
});

async function startPair(databaseUrl: string): Promise<Pair> {
  const settings = { ...freshKeys(), PUBLIC_URL, LOG_LEVEL: "warn" };
  const start = async () => {
    const api = await startApi(databaseUrl, settings);
    undo.push(api.kill);
    return api;
  };
  const [one, two] = [await start(), await start()];
  const sql = postgres(databaseUrl, { max: 1 });
  undo.push(() => sql.end({ timeout: 0 }));
  return { one, two, sql };
}

let pair: Pair;
beforeAll(async () => {
  const database = await createDatabase(inject("templateName"));
  undo.push(database.remove);
  pair = await startPair(database.url);
});

/** A new sender, and the two processes as endpoints. */
async function scene({ one, two, sql } = pair) {
  const [atOne, atTwo] = [endpointOf(one), endpointOf(two)];
  return { one, two, sql, atOne, atTwo, sender: await createSender(atOne) };
}

type Scene = Awaited<ReturnType<typeof scene>>;

/** Follows the project at the first process, as an integration does. `received` holds the last status of each secret. */
async function subscriber({ one, atOne, sender }: Pick<Scene, "one" | "atOne" | "sender">) {
  const { key } = await createKey(atOne, sender);
  const received = new Map<string, string>();
  const gone = new AbortController();
  onTestFinished(() => gone.abort());
  let opened = 0;
  void new TtlSecrets({ url: one.url, key }).follow(sender.projectId, {
    opened: () => {
      opened += 1;
    },
    lost: () => {},
    changed: ({ id, status }) => received.set(id, status),
    signal: gone.signal,
  });
  await expect.poll(() => opened, { timeout: ARRIVAL_MS }).toBe(1);
  const isTold = (id: string, status: string) =>
    expect.poll(() => received.get(id), { timeout: ARRIVAL_MS }).toBe(status);
  return { isTold, opened: () => opened };
}

/** Three pending secrets that the subscriber has received. */
async function threeSecrets({ atTwo, sender }: Scene, { isTold }: Awaited<ReturnType<typeof subscriber>>) {
  const create = () => createSecret(atTwo, sender);
  const secrets = [await create(), await create(), await create()] as const;
  for (const { id } of secrets) await isTold(id, "PENDING");
  return secrets;
}

/** Retries an attempt until the process has reconnected to its database. */
async function revealed(atTwo: Scene["atTwo"], secret: Parameters<typeof reveal>[1]): Promise<void> {
  await expect
    .poll(() => reveal(atTwo, secret).then(({ __typename }) => __typename), { timeout: ARRIVAL_MS })
    .toBe("TtlSecretRevealed");
}

describe("a stream at one process ends", () => {
  it.each<[string, string, (scene: Scene, keyId: string) => Promise<unknown>]>([
    ["key is revoked", "UNAUTHENTICATED", ({ atTwo, sender }, id) => revokeKey(atTwo, sender, id)],
    ["session is ended", "UNAUTHENTICATED", ({ atTwo, sender }) => signOut(atTwo, sender)],
    [
      "membership is taken away",
      "NOT_FOUND",
      ({ sql, sender }) => sql`DELETE FROM members WHERE vault_id = ${sender.vaultId}`,
    ],
  ])("when its %s at another", async (what, code, takeAway) => {
    const there = await scene();
    const { atOne, atTwo, sender } = there;
    const key = await createKey(atTwo, sender);
    const { projectId, cookie } = sender;
    const stream = what.startsWith("key")
      ? await follow(atOne, { projectId, cookie: "" }, { headers: key.headers })
      : await follow(atOne, { projectId, cookie });
    // The stream is open and receives the other process's change.
    const { id } = await createSecret(atTwo, sender);
    await stream.until((event) => event.id === id);
    const start = performance.now();
    await takeAway(there, key.id);
    expect(await stream.end()).toBe(code);
    const ms = (performance.now() - start).toFixed(0);
    process.stdout.write(`\n  a stream whose ${what} at another process ended after ${ms} ms\n`);
  });
});

describe("a subscriber of a project misses no change", () => {
  it("when the process of its stream is killed", async () => {
    const there = await scene();
    const following = await subscriber(there);
    const [before, meanwhile, after] = await threeSecrets(there, following);
    await revealed(there.atTwo, before);
    await there.one.kill();
    await revealed(there.atTwo, meanwhile);
    await there.one.start();
    await revealed(there.atTwo, after);
    for (const { id } of [before, meanwhile, after]) await following.isTold(id, "VIEWED");
    expect(following.opened()).toBeGreaterThan(1);
  });

  it("when the process that made the change is killed right after its answer", async () => {
    const there = await scene();
    const following = await subscriber(there);
    for (const secret of await threeSecrets(there, following)) {
      await revealed(there.atTwo, secret);
      await there.two.kill();
      await following.isTold(secret.id, "VIEWED");
      await there.two.start();
    }
  });

  const title = `when PostgreSQL is away for ten seconds${hasDebianPostgres ? "" : " (skipped: needs Debian's)"}`;
  it.skipIf(!hasDebianPostgres)(title, async () => {
    const server = await DebianServer.create();
    undo.push(() => server.remove());
    const there = await scene(await startPair(server.url));
    const following = await subscriber(there);
    const [before, first, after] = await threeSecrets(there, following);
    await revealed(there.atTwo, before);
    await server.stop("immediate");
    await setTimeout(OUTAGE_MS);
    await server.start();
    // Written directly, before the processes have reconnected.
    await there.sql`UPDATE ttl_secrets SET status = 'revoked', ended_at = now() WHERE id = ${first.id}`;
    await revealed(there.atTwo, after);
    await following.isTold(before.id, "VIEWED");
    await following.isTold(first.id, "REVOKED");
    await following.isTold(after.id, "VIEWED");
  });
});
