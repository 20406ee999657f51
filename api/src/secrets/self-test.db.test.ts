import * as schema from "@ttl-secrets/drizzle/schema";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { createTestApp, testKeyRing } from "../../test/app.ts";
import { createDatabase, useDatabase } from "../../test/database.ts";
import { createSecret, createSender, reveal, secretOf } from "../../test/factories.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import { connect, connectToListen, type Database } from "../db/client.ts";
import { ACCEPT_UNSYNCED } from "../db/durability.ts";
import { recordKeys } from "../key-ring/known-keys.ts";
import { selfTest } from "./self-test.ts";

const db = useDatabase();
const keyRing = testKeyRing("k1");

/** A connection without our settings and decoders, as another driver or a pooler could give. */
function unguarded(connection: Record<string, string>, url = db.current.url): Database {
  const sql = postgres(url, {
    max: 1,
    fetch_types: false,
    onnotice: () => {},
    connection: connection as object,
  });
  onTestFinished(() => sql.end());
  return { sql, orm: drizzle(sql, { schema }), close: () => sql.end() };
}

/** A database of its own, changed by `statement`. */
async function changedDatabase(statement: string): Promise<Database> {
  const { url, remove } = await createDatabase(inject("templateName"));
  const admin = unguarded({}, url);
  await admin.sql.unsafe(statement.replaceAll("$name", `"${new URL(url).pathname.slice(1)}"`));
  const changed = connect(`${url}?connection_limit=1`);
  onTestFinished(async () => {
    await Promise.all([changed.close(), admin.close()]);
    await remove();
  });
  return changed;
}

const rows = async () => {
  const [counts] = await db.current.sql`
    SELECT (SELECT count(*)::int FROM vaults) AS vaults, (SELECT count(*)::int FROM projects) AS projects,
      (SELECT count(*)::int FROM ttl_secrets) AS secrets, (SELECT count(*)::int FROM ttl_secret_payloads) AS payloads,
      (SELECT count(*)::int FROM audit_events) AS events, (SELECT count(*)::int FROM audit_chains) AS chains`;
  return counts;
};

describe("the self-test", () => {
  it("passes, and leaves no row, audit event or notification behind", async () => {
    const heard: string[] = [];
    const listener = connectToListen(db.current.url);
    onTestFinished(() => listener.end());
    await listener.listen("ttl_secrets_live", (payload) => heard.push(payload));
    const before = await rows();
    await selfTest({ db: db.current, keyRing });
    expect(await rows()).toEqual(before);
    await db.current.sql`SELECT pg_notify('ttl_secrets_live', 'the end')`;
    await expect.poll(() => heard).toEqual(["the end"]);
  });

  it("passes behind a pooler, where a session's own settings are missing", async () => {
    const pooled = connect(db.current.url, 1, { behindPooler: true });
    onTestFinished(() => pooled.close());
    await selfTest({ db: pooled, keyRing });
  });

  it.each([
    [
      "bytes in the format escape",
      { bytea_output: "escape" },
      /did not open a secret .* set bytea_output = hex/,
    ],
    ["times in the style German", { DateStyle: "German" }, /a time that was stored .* Set DateStyle/],
    ["times in the style SQL, DMY", { DateStyle: "SQL, DMY" }, /a time that was stored .* Set DateStyle/],
    ["a read-only session", { default_transaction_read_only: "on" }, /is read-only: .* make it writable/],
    [
      "commits that do not wait for the disk",
      { synchronous_commit: "off" },
      /synchronous_commit is off, .* Set synchronous_commit = on/,
    ],
    // The tests' PostgreSQL runs with fsync off, and accepts it.
    [
      "a server that writes nothing to the disk",
      { [ACCEPT_UNSYNCED]: "off" },
      /fsync .*off, so that after a crash .* Set fsync = on/,
    ],
    ["no schema", { search_path: "pg_catalog" }, /an error: .*42P01/],
  ] as [string, Record<string, string>, RegExp][])(
    "fails on a connection with %s",
    async (_what, settings, line) => {
      const before = await rows();
      const result = selfTest({ db: unguarded(settings), keyRing });
      await expect(result).rejects.toThrow(line);
      await expect(result).rejects.not.toThrow("\n");
      expect(await rows()).toEqual(before);
    },
  );

  it("fails with a driver that returns bytes as text", async () => {
    const naive = unguarded({});
    (naive.sql.options.parsers as Record<number, unknown>)[17] = (text: string) => text;
    await expect(selfTest({ db: naive, keyRing })).rejects.toThrow(/^The self-test failed/);
  });

  it("fails when a key of the ring is not the one that sealed", async () => {
    class ChangingKeys extends Map<string, Buffer> {
      override get = () => testKeyRing("k1").keys.get("k1");
    }
    const changing: KeyRing = { activeKid: "k1", keys: new ChangingKeys(keyRing.keys) };
    await expect(selfTest({ db: db.current, keyRing: changing })).rejects.toThrow(
      /did not open a secret \(unreadable\).* check the encryption keys/,
    );
    const empty: KeyRing = { activeKid: "k2", keys: keyRing.keys };
    await expect(selfTest({ db: db.current, keyRing: empty })).rejects.toThrow(/^The self-test failed/);
  });

  it("fails with another key under a kid that this database knows, and names the kid", async () => {
    await recordKeys(db.current, testKeyRing("k7").keys);
    const wrong = testKeyRing("k8", "k7");
    const result = selfTest({ db: db.current, keyRing: wrong });
    await expect(result).rejects.toThrow(
      /^The self-test failed.*The encryption key k7 .* Put the former key back/,
    );
    await expect(result).rejects.not.toThrow(wrong.keys.get("k7")?.toString("base64"));
  });

  it.each([
    "DROP TRIGGER audit_events_append_only ON audit_events",
    "ALTER TABLE audit_events DISABLE TRIGGER audit_events_chain",
    "DROP TRIGGER ttl_secrets_stamp_change ON ttl_secrets",
  ])("fails after %s", async (statement) => {
    const changed = await changedDatabase(statement);
    const [, trigger = ""] = /TRIGGER (\w+)/.exec(statement) ?? [];
    await expect(selfTest({ db: changed, keyRing })).rejects.toThrow(
      `these triggers are missing or disabled: ${trigger}.`,
    );
  });

  it("fails on a database that is read-only", async () => {
    const changed = await changedDatabase("ALTER DATABASE $name SET default_transaction_read_only = on");
    await expect(selfTest({ db: changed, keyRing })).rejects.toThrow(/is read-only: .* make it writable/);
  });

  it("is not needed by a database whose own settings are hostile: a sender and a recipient notice nothing", async () => {
    const set = (setting: string) => `ALTER DATABASE $name SET ${setting};`;
    const hostile = await changedDatabase(
      ["bytea_output = 'escape'", "DateStyle = 'German'", "default_transaction_isolation = 'serializable'"]
        .map(set)
        .join(""),
    );
    const app = createTestApp(hostile);
    const sender = await createSender(app);
    const secret = await createSecret(app, sender);
    expect(await reveal(app, secret)).toMatchObject({ value: "hunter2" });
    expect(await secretOf(app, sender, secret.id)).toMatchObject({ status: "VIEWED" });
  });

  it("knows every trigger of the migrations", async () => {
    const present = await db.current.sql<{ name: string }[]>`
      SELECT tgname AS name FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname COLLATE "C"`;
    const dropped = await changedDatabase(
      "DO $$ DECLARE t record; BEGIN FOR t IN SELECT tgname, tgrelid::regclass AS r FROM pg_trigger WHERE NOT tgisinternal LOOP EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.r); END LOOP; END $$",
    );
    await expect(selfTest({ db: dropped, keyRing })).rejects.toThrow(
      present.map(({ name }) => name).join(", "),
    );
  });
});
