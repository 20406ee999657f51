import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTestApp } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { createSecret, createSender, reveal, type Sender } from "../../test/factories.ts";
import { open } from "../crypto/aead.ts";
import { passphraseKeys } from "../crypto/passphrase.ts";
import { runKeyRotation } from "../jobs/key-rotation.ts";
import { createLogger } from "../logging/log.ts";
import { FileKeyRing } from "./file-key-ring.ts";
import { KeyFileError, keysIn, readKeyFile, writeKeyFile } from "./key-file.ts";
import { formatKeys } from "./key-format.ts";
import { recordKeys } from "./known-keys.ts";
import { type KeyRotation, openKeyRing } from "./open-key-ring.ts";
import { createKey } from "./plan-rotation.ts";
import { rotateKeys } from "./rotate-keys.ts";

const db = useDatabase();
const HOUR_MS = 3_600_000;

let folder: string;
let path: string;
beforeEach(async () => {
  await db.current.sql`DELETE FROM ttl_secret_payloads`;
  folder = await mkdtemp(join(tmpdir(), "ttl-secrets-key-ring-"));
  path = join(folder, "keys");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const rotate = (options?: { force: boolean }) => rotateKeys({ db: db.current, path }, options);

async function keysNow() {
  const file = await readKeyFile(path);
  if (!file) throw new Error("no key file");
  return keysIn(file);
}

/** Makes every key of the file so many hours older. */
async function passHours(hours: number): Promise<void> {
  const keys = await keysNow();
  const older = keys.map((key) => ({ ...key, addedAt: new Date(Number(key.addedAt) - hours * HOUR_MS) }));
  await writeKeyFile(path, older);
}

/** The product of one replica, on the shared file. */
async function newReplica() {
  const ring = await FileKeyRing.open(path, (keys) => recordKeys(db.current, keys));
  return { ring, app: createTestApp(db.current, { keyRing: ring }) };
}

describe("rotating", () => {
  it("creates a missing file with one key, readable by its owner only, and leaves no draft", async () => {
    const { active, added, dropped } = await rotate();
    expect(added).toEqual([active]);
    expect(dropped).toEqual([]);
    expect((await keysNow()).map(({ kid }) => kid)).toEqual([active]);
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe("600");
    expect((await readdir(folder)).toSorted()).toEqual(["keys", "keys.lock"]);
  });

  it("does nothing until a key is due; then the new key seals and the old one still opens", async () => {
    const { active } = await rotate();
    expect(await rotate()).toMatchObject({ active, added: [], dropped: [] });
    await passHours(23);
    const next = await rotate();
    expect(next.added).toEqual([next.active]);
    expect(next.kept).toEqual([active]);
  });

  it("drops a key a day after it stopped sealing, but not while a pending secret needs it", async () => {
    await rotate();
    const { ring, app } = await newReplica();
    const sender = await createSender(app);
    const secret = await createSecret(app, sender, { ttlSeconds: 86_400 });
    const sealedWith = ring.activeKid;
    await passHours(24);
    await rotate();
    await passHours(25);
    expect(await rotate()).toMatchObject({ dropped: [], kept: expect.arrayContaining([sealedWith]) });
    await ring.reload();
    expect((await reveal(app, secret)).value).toBe("hunter2");
    expect(await rotate()).toMatchObject({ dropped: [sealedWith], missing: [] });
  });

  it("reports keys that pending secrets need but the file lacks, and creates no file instead", async () => {
    await rotate();
    const { ring, app } = await newReplica();
    await createSecret(app, await createSender(app));
    await writeKeyFile(path, [createKey(new Date())]);
    expect((await rotate()).missing).toEqual([ring.activeKid]);
    await rm(path);
    await expect(rotate()).rejects.toThrow(
      new RegExp(`does not exist, and pending secrets need .*${ring.activeKid}`),
    );
    expect(await readdir(folder)).toEqual(["keys.lock"]);
  });

  it("by concurrent replicas adds one key", async () => {
    await rotate();
    for (let round = 0; round < 5; round++) {
      await passHours(23);
      const rotations = await Promise.all(Array.from({ length: 6 }, () => rotate()));
      expect(rotations.flatMap(({ added }) => added)).toHaveLength(1);
      expect(new Set(rotations.map(({ active }) => active)).size).toBe(1);
      expect((await keysNow()).filter(({ addedAt }) => Date.now() - Number(addedAt) < HOUR_MS)).toHaveLength(
        1,
      );
    }
  });

  it("follows a symbolic link instead of replacing it", async () => {
    await rotate();
    const link = join(folder, "link");
    await symlink(path, link);
    const { active } = await rotateKeys({ db: db.current, path: link }, { force: true });
    expect((await keysNow())[0]?.kid).toBe(active);
    expect((await readdir(folder)).some((name) => name.endsWith(".new"))).toBe(false);
  });

  it("killed at any moment leaves a file that opens everything it opened before", async () => {
    const first = createKey(new Date());
    await writeKeyFile(path, [first]);
    const module = new URL("key-file.ts", import.meta.url).href;
    const lists = new URL("plan-rotation.ts", import.meta.url).href;
    const script = `
      const { keysIn, readKeyFile, writeKeyFile } = await import(${JSON.stringify(module)});
      const { createKey } = await import(${JSON.stringify(lists)});
      const path = ${JSON.stringify(path)};
      process.stdout.write("go\\n");
      for (;;) {
        const keys = keysIn(await readKeyFile(path));
        await writeKeyFile(path, [createKey(new Date()), ...keys.slice(-20)]);
      }`;
    const rounds = 8;
    let written = 0;
    for (let round = 0; round < rounds; round++) {
      const before = await keysNow();
      const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(child.stdout, "data");
      await setTimeout(Math.random() * 40);
      child.kill("SIGKILL");
      await once(child, "exit");
      const keys = await keysNow();
      expect(keys.at(-1)).toEqual(first);
      if (keys[0]?.kid !== before[0]?.kid) written++;
      // A draft that the kill left behind does not stop the next rotation.
      await rotate({ force: true });
      expect((await readdir(folder)).toSorted()).toEqual(["keys", "keys.lock"]);
    }
    process.stdout.write(
      `killed ${rounds} times while replacing keys, ${written} times after one: 0 keys lost\n`,
    );
    expect(written).toBeGreaterThan(0);
  }, 60_000);
});

describe("a first start", () => {
  const lines: string[] = [];
  const openRing = (rotation: KeyRotation) => {
    lines.length = 0;
    const log = createLogger("warn", { write: (line: string) => lines.push(line) });
    return openKeyRing({ db: db.current, path, log }, rotation);
  };

  it("creates the file if this process rotates, once for all replicas, and logs a warning", async () => {
    const rings = await Promise.all(Array.from({ length: 4 }, () => openRing("daily")));
    const [key] = await keysNow();
    expect(new Set(rings.map(({ activeKid }) => activeKid))).toEqual(new Set([key?.kid]));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("created the file of encryption keys");
    expect(lines[0]).not.toContain(key?.key.toString("base64"));

    await openRing("daily");
    expect(lines).toEqual([]);
    expect(await keysNow()).toEqual([key]);
  });

  it("creates no file if another process rotates", async () => {
    await expect(openRing("manual")).rejects.toThrow(/does not exist/);
    expect(await readdir(folder)).toEqual([]);
  });

  it("creates no file if a pending secret needs the missing one", async () => {
    await rotate();
    const { app } = await newReplica();
    await createSecret(app, await createSender(app));
    await rm(path);
    await expect(openRing("daily")).rejects.toThrow(/does not exist, and pending secrets need/);
    expect(await readdir(folder)).toEqual(["keys.lock"]);
  });

  it("does not treat a damaged file as a missing one", async () => {
    await writeFile(path, "damaged", { mode: 0o600 });
    await expect(openRing("daily")).rejects.toThrow(/must be kid:base64/);
    expect(await readFile(path, "utf8")).toBe("damaged");
  });
});

describe("the ring of a running process", () => {
  it("seals with a key that another replica has just added, and opens what that replica sealed", async () => {
    await rotate();
    const [one, other] = [await newReplica(), await newReplica()];
    const sender = await createSender(one.app);
    const { active } = await rotate({ force: true });
    const secret = await createSecret(one.app, sender);
    expect(one.ring.activeKid).toBe(active);
    // The other replica has not read the file since; the failed claim makes it reload.
    expect(other.ring.keys.has(active)).toBe(false);
    expect((await reveal(other.app, secret)).value).toBe("hunter2");
  });

  it("loses no pending secret while keys are rotated under it", async () => {
    await rotate();
    const [one, other] = [await newReplica(), await newReplica()];
    const senders = new Map([
      [one, await createSender(one.app)],
      [other, await createSender(other.app)],
    ]);
    const kids = new Set<string>();
    let done = false;
    const rotating = (async () => {
      while (!done) kids.add((await rotate({ force: true })).active);
    })();
    const answers: unknown[] = [];
    try {
      for (let i = 0; i < 24; i++) {
        const [sealing, opening] = i % 2 ? [one, other] : [other, one];
        const secret = await createSecret(sealing.app, senders.get(sealing) as Sender);
        answers.push((await reveal(opening.app, secret)).value);
      }
    } finally {
      done = true;
      await rotating;
    }
    expect(answers).toEqual(Array.from({ length: 24 }, () => "hunter2"));
    process.stdout.write(`24 secrets handed over by two replicas during ${kids.size} rotations: 0 lost\n`);
    expect(kids.size).toBeGreaterThan(2);
  }, 60_000);

  it("creates no secret when its file is missing: a key that is not stored would be lost with the process", async () => {
    await rotate();
    const { app } = await newReplica();
    const sender = await createSender(app);
    const secret = await createSecret(app, sender);
    await rm(path);
    await expect(createSecret(app, sender)).rejects.toThrow("create failed");
    // Secrets that are already sealed still open.
    expect((await reveal(app, secret)).value).toBe("hunter2");
  });

  it("keeps its keys, and logs an error, when the file is damaged", async () => {
    await rotate();
    const { ring } = await newReplica();
    const { activeKid } = ring;
    await writeFile(path, "k1:damaged-sentinel");
    const logs: string[] = [];
    const log = createLogger("info", { write: (line: string) => logs.push(line) });
    await runKeyRotation({ db: db.current, ring, log }, "daily");
    expect(ring.activeKid).toBe(activeKid);
    expect(logs.join("")).toMatch(/the key file can't be used/);
    expect(logs.join("")).not.toContain("sentinel");
    expect(await readFile(path, "utf8")).toBe("k1:damaged-sentinel");
  });

  it("accepts no different key under a known kid", async () => {
    await rotate();
    const { ring } = await newReplica();
    const [key] = await keysNow();
    await writeKeyFile(path, [{ ...createKey(new Date()), kid: key?.kid ?? "" }]);
    await expect(ring.reload()).rejects.toThrow(/another key under a kid that is in use/);
    expect(ring.keys.get(ring.activeKid)).toEqual(key?.key);
  });

  it("rotates by itself only with KEY_ROTATION=daily", async () => {
    await rotate();
    const { ring } = await newReplica();
    const log = createLogger("silent");
    await passHours(30);
    await runKeyRotation({ db: db.current, ring, log }, "manual");
    expect(await keysNow()).toHaveLength(1);
    await runKeyRotation({ db: db.current, ring, log }, "daily");
    expect(await keysNow()).toHaveLength(2);
    expect(ring.activeKid).toBe((await keysNow())[0]?.kid);
  });
});

describe("a payload restored from a backup after its key was dropped", () => {
  it("can't be opened, even with the right passphrase and all current keys", async () => {
    await rotate();
    const { ring, app } = await newReplica();
    const secret = await createSecret(app, await createSender(app), { ttlSeconds: 86_400 });
    const { sql } = db.current;
    await sql`CREATE TABLE backup AS SELECT * FROM ttl_secret_payloads WHERE secret_id = ${secret.id}`;
    expect((await reveal(app, secret)).value).toBe("hunter2");
    await passHours(24);
    await rotate();
    await passHours(25);
    await rotate();
    await ring.reload();

    await sql`UPDATE ttl_secrets SET status = 'pending', destroyed_reason = NULL, ended_at = NULL WHERE id = ${secret.id}`;
    await sql`INSERT INTO ttl_secret_payloads SELECT * FROM backup`;
    expect(await reveal(app, secret)).toMatchObject({ code: "OVERLOADED" });

    const [row] = await sql`
      SELECT y.*, s.project_id, (extract(epoch FROM y.expires_at) * 1000)::float8 AS ms
      FROM backup y JOIN ttl_secrets s ON s.id = y.secret_id`;
    if (!row) throw new Error("no backup");
    for (const key of ring.keys.values()) {
      const { wrap } = await passphraseKeys(secret.passphrase, row.salt);
      const { version, kid, nonce, ciphertext } = row;
      const context = {
        secretId: secret.id,
        projectId: row.project_id,
        vaultId: secret.vaultId,
        expiresAtMs: row.ms,
      };
      const asThatKid = { activeKid: kid, keys: new Map([[kid, key]]) };
      expect(() => open({ version, kid, nonce, ciphertext }, wrap, asThatKid, context)).toThrow(
        "the sealed value can't be opened",
      );
    }
    await sql`DROP TABLE backup`;
  });
});

describe("the file is refused", () => {
  const refusal = async () => {
    const error: unknown = await FileKeyRing.open(path, async () => {}).catch((reason: unknown) => reason);
    if (!(error instanceof KeyFileError)) throw error;
    return error.message;
  };

  it("when it is missing, and the message says what to do", async () => {
    expect(await refusal()).toMatch(
      /does not exist\. Restore it, or make a new one with: pnpm admin rotate-key$/,
    );
  });

  it.each([0o640, 0o604, 0o620, 0o602, 0o610])(
    "when others may do anything with it: mode %o",
    async (mode) => {
      await writeFile(path, formatKeys([createKey(new Date())]));
      await chmod(path, mode);
      expect(await refusal()).toMatch(/can be read or changed by other users\. Run: chmod 600 /);
      await expect(rotate({ force: true })).rejects.toThrow(/chmod 600/);
    },
  );

  it.each([0o600, 0o400])("but not with mode %o", async (mode) => {
    await writeFile(path, formatKeys([createKey(new Date())]), { mode: 0o600 });
    await chmod(path, mode);
    expect((await FileKeyRing.open(path, async () => {})).keys.size).toBe(1);
  });

  it("when it is a folder, too large, empty or holds an unusable key, and its content is never repeated", async () => {
    path = folder;
    expect(await refusal()).toMatch(/must be a file/);
    path = join(folder, "keys");
    const weak = Buffer.alloc(32, 7).toString("base64");
    for (const text of ["", "k1:sentinel", `sentinel:${weak}`, "x".repeat(300_000)]) {
      await writeFile(path, text, { mode: 0o600 });
      expect(await refusal()).toMatch(/must be kid:base64|not random|too large/);
      expect(await refusal()).not.toMatch(/sentinel/);
    }
  });

  // Root can read any file.
  it.skipIf(process.getuid?.() === 0)("when it can't be read", async () => {
    await writeFile(path, formatKeys([createKey(new Date())]));
    await chmod(path, 0);
    expect(await refusal()).toMatch(/can't be read \(EACCES\)/);
  });
});
