import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { connect, makeDataDir, makeFolder, onEnd, start, THROWAWAY } from "../../test/embedded-postgres.ts";
import { attachEmbeddedPostgres } from "./attach.ts";

describe("a second process", { timeout: 60_000 }, () => {
  it("reaches the database of a running server as the same role, and leaves the server running", async () => {
    const dataDir = await makeDataDir();
    const server = await start({ dataDir });
    const sql = connect(server.url);
    await sql`CREATE TABLE kept AS SELECT 1 AS n`;
    const attached = await attachEmbeddedPostgres({ dataDir });
    const other = connect(attached.url);
    expect(
      await other`SELECT n, current_user::text AS role, current_database()::text AS name FROM kept`,
    ).toEqual([{ n: 1, role: "ttl_secrets", name: "ttl_secrets" }]);
    await other.end();
    await attached.stop();
    // The server's own URL still accepts new connections: its password has not changed.
    expect(await connect(server.url)`SELECT n FROM kept`).toEqual([{ n: 1 }]);
  });

  it("starts a server if none is running, and stops it again", async () => {
    const dataDir = await makeDataDir();
    const attached = await attachEmbeddedPostgres({ dataDir, settings: THROWAWAY });
    onEnd(attached.stop);
    expect(await connect(attached.url)`SELECT 1 AS one`).toEqual([{ one: 1 }]);
    await attached.stop();
    await expect(connect(attached.url)`SELECT 1`).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("creates nothing if there is no database, and reports that", async () => {
    const folder = await makeFolder();
    for (const dataDir of [folder, join(folder, "missing")]) {
      await expect(attachEmbeddedPostgres({ dataDir })).rejects.toThrow(`${dataDir} holds no database yet`);
    }
    expect(await readdir(folder)).toEqual([]);
  });
});
