import { setTimeout } from "node:timers/promises";
import postgres from "postgres";
import { inject } from "vitest";
import { connect, type Database } from "../../../api/src/db/client.ts";
import { type Endpoint, PUBLIC_URL } from "../../../api/test/app.ts";
import { createDatabase } from "../../../api/test/database.ts";
import { DebianServer, hasDebianPostgres } from "../../../api/test/debian-postgres.ts";
import { createSender, type Sender } from "../../../api/test/factories.ts";
import { PostgresProxy } from "../../../api/test/postgres-proxy.ts";
import { type ApiProcess, startApi } from "../../support/api-process.ts";
import { endpointOf } from "../recipients.ts";
import { SmallDisk } from "./small-disk.ts";

/** One MiB, the least there is: so that the log's next file is soon needed. */
const WAL_SEGMENT_MIB = 1;

const SERVER_SETTINGS = {
  // Only processes die here, never the machine: what was written is there after any of them.
  fsync: "off",
  max_wal_size: "8MB",
  min_wal_size: "2MB",
  // It would make room on pages that are to be full.
  autovacuum: "off",
  shared_buffers: "16MB",
};

/** Polls, without end of its own (the test has one), until something is so. What can't be asked is not so. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition().catch(() => false))) await setTimeout(25);
}

/** Where everything goes wrong: the real API process, PostgreSQL, and the network between them, all in our hands. */
export class CrashSite {
  readonly api: ApiProcess;
  readonly endpoint: Endpoint;
  readonly proxy: PostgresProxy;
  /** Past the proxy, as nobody's faults concern it but the server's own. */
  readonly db: Database;
  readonly sender: Sender;
  /** A server of our own, which may be stopped and started. */
  readonly server: DebianServer | undefined;
  /** What that server's files are on. */
  readonly disk: SmallDisk | undefined;
  readonly #close: () => Promise<void>;
  readonly #databaseUrl: string;

  private constructor(parts: Parts, sender: Sender, close: () => Promise<void>) {
    this.api = parts.api;
    this.endpoint = endpointOf(parts.api);
    this.proxy = parts.proxy;
    this.db = parts.db;
    this.#databaseUrl = parts.databaseUrl;
    this.server = parts.server;
    this.disk = parts.disk;
    this.sender = sender;
    this.#close = close;
  }

  static async open(): Promise<CrashSite> {
    const undo: (() => unknown)[] = [];
    const close = async () => {
      for (const step of undo.toReversed()) await step();
    };
    try {
      return await CrashSite.#open(undo, close);
    } catch (error) {
      await close();
      throw error;
    }
  }

  static async #open(undo: (() => unknown)[], close: () => Promise<void>): Promise<CrashSite> {
    const disk = hasDebianPostgres ? SmallDisk.mount() : undefined;
    if (disk) undo.push(() => disk.unmount());
    const server = hasDebianPostgres ? await newServer(disk) : undefined;
    if (server) undo.push(() => server.remove());
    const database = server ? { url: server.url, remove: async () => {} } : await sharedDatabase();
    undo.push(database.remove);
    const db = connect(database.url, 4);
    undo.push(() => db.sql.end({ timeout: 0 }));
    const url = new URL(database.url);
    const proxy = await PostgresProxy.start(Number(url.port));
    undo.push(() => proxy.stop());
    url.host = `127.0.0.1:${proxy.port}`;
    const api = await startApi(url.href, { PUBLIC_URL, RATE_LIMIT_MULTIPLIER: "1000000" });
    undo.push(() => api.kill());
    await breakableAudit(db);
    const sender = await createSender(endpointOf(api));
    const parts = { api, proxy, db, server, disk, databaseUrl: database.url };
    return new CrashSite(parts, sender, close);
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** Locks this row, so that others come to a halt in the midst of their statements. @returns what unlocks it. */
  async lock(table: "projects" | "ttl_secrets", id: string): Promise<() => Promise<void>> {
    const sql = postgres(this.#databaseUrl, { max: 1, onnotice: () => {}, fetch_types: false });
    await sql.unsafe("BEGIN");
    const rows = await sql`SELECT FROM ${sql(table)} WHERE id = ${id} FOR UPDATE`;
    if (rows.length !== 1) throw new Error("there is no such row to lock");
    // With the connection its locks end.
    return () => sql.end({ timeout: 0 });
  }

  /** Waits until this server process waits for a lock. */
  waitsForLock(pid: number): Promise<void> {
    return until(async () => {
      const rows = await this.db.sql`
        SELECT 1 FROM pg_stat_activity WHERE pid = ${pid} AND wait_event_type = 'Lock'`;
      return rows.length > 0;
    });
  }

  /** Waits until everything is as before the fault: PostgreSQL answers, and so does the API through it. */
  async recovered(): Promise<void> {
    const { server } = this;
    await until(async () => {
      if (server && !(await server.isRunning())) await server.start();
      return (await this.db.sql`SELECT 1`).length === 1;
    });
    await until(async () => (await this.endpoint.request("/readyz")).status === 200);
    // What a dead process or a lost connection left running in the server comes to its end before anybody looks.
    await until(async () => {
      const [row] = await this.db.sql<[{ busy: number }]>`
        SELECT count(*)::int AS busy FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'ttl-secrets' AND wait_event_type = 'Lock'`;
      return row.busy === 0;
    });
  }

  /** Waits until the API's sweep has closed what there is to close of this secret. */
  async swept(id: string): Promise<void> {
    // An attempt that nobody will settle any more, as old as the sweep wants it.
    await this.db.sql`
      UPDATE ttl_secrets SET ended_at = ended_at - interval '61 s' WHERE id = ${id} AND attempted_from IS NOT NULL`;
    await until(async () => {
      const rows = await this.db.sql`
        SELECT FROM ttl_secrets WHERE id = ${id} AND (status = 'pending' OR attempted_from IS NOT NULL)`;
      return rows.length === 0;
    });
  }

  /** Lets the secret's TTL be over, if it is still pending, all else staying true. */
  async endTtl(id: string): Promise<void> {
    await this.db.sql`
      WITH past AS (
        UPDATE ttl_secrets SET created_at = now() - (expires_at - created_at), expires_at = now()
        WHERE id = ${id} AND status = 'pending' RETURNING id, expires_at)
      UPDATE ttl_secret_payloads y SET expires_at = past.expires_at FROM past WHERE past.id = y.secret_id`;
  }
}

interface Parts extends Pick<CrashSite, "api" | "proxy" | "db" | "server" | "disk"> {
  databaseUrl: string;
}

function newServer(disk: SmallDisk | undefined): Promise<DebianServer> {
  return DebianServer.create(SERVER_SETTINGS, {
    ...(disk && { place: disk.folder }),
    initdb: [`--wal-segsize=${WAL_SEGMENT_MIB}`],
  });
}

const sharedDatabase = () => createDatabase(inject("templateName"));

/** Audit events can't be stored while there is a row in `broken_audit`. */
async function breakableAudit({ sql }: Database): Promise<void> {
  await sql`CREATE TABLE broken_audit (since timestamptz NOT NULL DEFAULT now())`;
  await sql`
    CREATE FUNCTION break_audit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT FROM broken_audit) THEN RAISE EXCEPTION 'the audit log is broken'; END IF;
      RETURN NEW;
    END $$`;
  await sql`
    CREATE TRIGGER break_audit BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION break_audit()`;
}
