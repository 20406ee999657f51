import { setTimeout } from "node:timers/promises";
import postgres from "postgres";
import { inject } from "vitest";
import { connect, type Database } from "../../../api/src/db/client.ts";
import { type Endpoint, PUBLIC_URL } from "../../../api/test/app.ts";
import { createDatabase } from "../../../api/test/database.ts";
import { DebianServer, hasDebianPostgres } from "../../../api/test/debian-postgres.ts";
import { createSender, type Sender } from "../../../api/test/factories.ts";
import { PostgresProxy } from "../../../api/test/postgres-proxy.ts";
import { UNSYNCED } from "../../../api/test/unsynced.ts";
import { type ApiProcess, startApi } from "../../support/api-process.ts";
import { endpointOf } from "../recipients.ts";
import { SmallDisk } from "./small-disk.ts";

/** 1 MiB, the minimum, so that the WAL soon needs its next file. */
const WAL_SEGMENT_MIB = 1;

const SERVER_SETTINGS = {
  // Only processes die here, never the machine, so no fsync is needed.
  ...UNSYNCED,
  max_wal_size: "8MB",
  min_wal_size: "2MB",
  // It would free space on pages that must be full.
  autovacuum: "off",
  shared_buffers: "16MB",
};

/** Polls until a condition holds; the test's timeout is the limit. An error counts as false. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition().catch(() => false))) await setTimeout(25);
}

/** The API process, PostgreSQL, and a proxy between them, all under the test's control. */
export class CrashSite {
  readonly api: ApiProcess;
  readonly endpoint: Endpoint;
  readonly proxy: PostgresProxy;
  /** A connection that bypasses the proxy, so that only faults of the server affect it. */
  readonly db: Database;
  readonly sender: Sender;
  /** A server that can be stopped and started. */
  readonly server: DebianServer | undefined;
  /** The disk of that server's files. */
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

  /** Locks this row, so that other statements wait at it. @returns a function that unlocks it. */
  async lock(table: "projects" | "ttl_secrets", id: string): Promise<() => Promise<void>> {
    const sql = postgres(this.#databaseUrl, { max: 1, onnotice: () => {}, fetch_types: false });
    await sql.unsafe("BEGIN");
    const rows = await sql`SELECT FROM ${sql(table)} WHERE id = ${id} FOR UPDATE`;
    if (rows.length !== 1) throw new Error("the row to lock does not exist");
    // Closing the connection releases its locks.
    return () => sql.end({ timeout: 0 });
  }

  /** Resolves once this server process waits for a lock. */
  waitsForLock(pid: number): Promise<void> {
    return until(async () => {
      const rows = await this.db.sql`
        SELECT 1 FROM pg_stat_activity WHERE pid = ${pid} AND wait_event_type = 'Lock'`;
      return rows.length > 0;
    });
  }

  /** Resolves once the fault is over: PostgreSQL answers, and the API reaches it. */
  async recovered(): Promise<void> {
    const { server } = this;
    await until(async () => {
      if (server && !(await server.isRunning())) await server.start();
      return (await this.db.sql`SELECT 1`).length === 1;
    });
    await until(async () => (await this.endpoint.request("/readyz")).status === 200);
    // Statements that a dead process or a lost connection left running must end before the checks.
    await until(async () => {
      const [row] = await this.db.sql<[{ busy: number }]>`
        SELECT count(*)::int AS busy FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'ttl-secrets' AND wait_event_type = 'Lock'`;
      return row.busy === 0;
    });
  }

  /** Resolves once the API's sweep has closed this secret's attempt, if any. */
  async swept(id: string): Promise<void> {
    // Makes an unsettled attempt old enough for the sweep.
    await this.db.sql`
      UPDATE ttl_secrets SET ended_at = ended_at - interval '61 s' WHERE id = ${id} AND attempted_from IS NOT NULL`;
    await until(async () => {
      const rows = await this.db.sql`
        SELECT FROM ttl_secrets WHERE id = ${id} AND (status = 'pending' OR attempted_from IS NOT NULL)`;
      return rows.length === 0;
    });
  }

  /** Expires a pending secret: moves its creation and expiry times into the past. */
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

/** Makes inserts of audit events fail while `broken_audit` has a row. */
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
