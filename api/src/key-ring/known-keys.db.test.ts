import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTestApp, testKeyRing } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { createSecret, createSender, reveal, secretOf } from "../../test/factories.ts";
import { runKeyRotation } from "../jobs/key-rotation.ts";
import { createLogger } from "../logging/log.ts";
import { writeKeyFile } from "./key-file.ts";
import { DifferingKeyError, recordKeys, requireKnownKeys } from "./known-keys.ts";
import { openKeyRing } from "./open-key-ring.ts";
import { createKey } from "./plan-rotation.ts";
import { rotateKeys } from "./rotate-keys.ts";

const db = useDatabase();

let folder: string;
let path: string;
beforeEach(async () => {
  await db.current.sql`DELETE FROM server_keys`;
  folder = await mkdtemp(join(tmpdir(), "ttl-secrets-known-keys-"));
  path = join(folder, "keys");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const rows = () => db.current.sql`SELECT kid, check_value FROM server_keys ORDER BY kid`;
const keysOf = (...kids: string[]) => testKeyRing(...kids).keys;

describe("the keys that a database knows", () => {
  it("are recorded once, and the same ones are accepted again", async () => {
    const keys = keysOf("k1", "k2");
    await requireKnownKeys(db.current, keys);
    expect(await rows()).toHaveLength(0);
    await recordKeys(db.current, keys);
    const recorded = [...(await rows())];
    expect(recorded.map(({ kid }) => kid)).toEqual(["k1", "k2"]);
    await recordKeys(db.current, keys);
    await requireKnownKeys(db.current, keys);
    expect([...(await rows())]).toEqual(recorded);
  });

  it("refuse another key under one of their kids, and the message names only the kid", async () => {
    await recordKeys(db.current, keysOf("k1", "k2"));
    const recorded = [...(await rows())];
    const wrong = keysOf("k2", "k3");
    for (const check of [recordKeys, requireKnownKeys]) {
      const error: unknown = await check(db.current, wrong).catch((reason: unknown) => reason);
      if (!(error instanceof DifferingKeyError)) throw error;
      expect(error.message).toMatch(/^The encryption key k2 of this server .* Put the former key back/);
      for (const key of wrong.values()) expect(error.message).not.toContain(key.toString("base64"));
    }
    expect((await rows()).filter(({ kid }) => kid !== "k3")).toEqual(recorded);
  });

  it("are those of the first of several servers that start at once", async () => {
    const servers = Array.from({ length: 6 }, () => keysOf("k1"));
    const results = await Promise.allSettled(servers.map((keys) => recordKeys(db.current, keys)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});

describe("a key file with a wrong key under a known kid", () => {
  const log = createLogger("silent");

  it("stops the start", async () => {
    await recordKeys(db.current, keysOf("k1"));
    await writeKeyFile(path, [{ ...createKey(new Date()), kid: "k1" }]);
    for (const rotation of ["manual", "daily"] as const) {
      await expect(openKeyRing({ db: db.current, path, log }, rotation)).rejects.toThrow(DifferingKeyError);
    }
  });

  it("is not loaded by a running server, whose attempts consume nothing until the right key is back", async () => {
    const [right, active] = [createKey(new Date()), createKey(new Date())];
    await writeKeyFile(path, [right]);
    const sealing = createTestApp(db.current, {
      keyRing: await openKeyRing({ db: db.current, path, log }, "manual"),
    });
    const sender = await createSender(sealing);
    const secret = await createSecret(sealing, sender);

    await writeKeyFile(path, [active]);
    const ring = await openKeyRing({ db: db.current, path, log }, "manual");
    const app = createTestApp(db.current, { keyRing: ring });
    await writeKeyFile(path, [active, { ...createKey(new Date()), kid: right.kid }]);
    expect(await reveal(app, secret)).toMatchObject({ code: "OVERLOADED" });
    await runKeyRotation({ db: db.current, ring, log: app.services.log }, "manual");
    expect([...ring.keys.keys()]).toEqual([active.kid]);
    expect(app.logs.join("")).toContain(`The encryption key ${right.kid} of this server`);
    await expect(createSecret(app, sender)).rejects.toThrow("create failed");
    expect(await secretOf(sealing, sender, secret.id)).toMatchObject({ status: "PENDING" });

    await writeKeyFile(path, [active, right]);
    expect(await reveal(app, secret)).toMatchObject({ value: "hunter2" });
  });

  it("is noticed for the keys of the daily rotation, too: each is recorded before it seals", async () => {
    const ring = await openKeyRing({ db: db.current, path, log }, "daily");
    await rotateKeys({ db: db.current, path }, { force: true });
    await runKeyRotation({ db: db.current, ring, log }, "daily");
    expect(ring.keys.size).toBe(2);
    const recorded = (await rows()).map(({ kid }) => kid);
    expect(recorded).toEqual([...ring.keys.keys()].toSorted());
  });
});
