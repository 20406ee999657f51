import { describe, expect, it, onTestFinished } from "vitest";
import { createTestApp, testKeyRing } from "../../test/app.ts";
import { useDatabase } from "../../test/database.ts";
import { createSecret, createSender, reveal, secretOf } from "../../test/factories.ts";
import { connect } from "../db/client.ts";
import { ACCEPT_UNSYNCED } from "../db/durability.ts";

const db = useDatabase();

describe("a database whose commits a crash may undo", () => {
  it.each([
    ["commits stop waiting for the disk", "synchronous_commit", "off", "on"],
    ["fsync is no longer accepted as off", ACCEPT_UNSYNCED, "off", "on"],
  ])(
    "is refused before the claim, which consumes nothing, when %s at run time",
    async (_when, name, bad, good) => {
      // As through a pooler, whose sessions do not have our settings.
      const pool = connect(db.current.url, 1, { behindPooler: true });
      onTestFinished(() => pool.close());
      const keyRing = testKeyRing("k1");
      const sending = createTestApp(db.current, { keyRing });
      const sender = await createSender(sending);
      const secret = await createSecret(sending, sender);
      const app = createTestApp(pool, { keyRing });

      await pool.sql`SELECT set_config(${name}, ${bad}, false)`;
      const message = "The server can't open this secret at the moment. Try again later.";
      for (const passphrase of [secret.passphrase, "wrong-wrong-wrong-wrong-wrong-wrong"]) {
        expect(await reveal(app, { ...secret, passphrase })).toMatchObject({ code: "OVERLOADED", message });
      }
      expect(await secretOf(sending, sender, secret.id)).toMatchObject({ status: "PENDING" });
      const alerts = app.logs.map((line) => JSON.parse(line)).filter(({ level }) => level >= 50);
      expect(alerts.map(({ reason }) => reason)).toEqual(["not-durable", "not-durable"]);

      await pool.sql`SELECT set_config(${name}, ${good}, false)`;
      expect(await reveal(app, secret)).toMatchObject({ value: "hunter2" });
    },
  );
});
