import type { Held } from "../../../api/test/postgres-proxy.ts";
import { type CrashSite, until } from "./crash-site.ts";

/** What a fault can strike while a request is held at a statement. */
interface Scene {
  site: CrashSite;
  held: Held;
  /** Disconnects the client that waits for an answer. */
  hangUp: () => void;
}

/** A fault. */
export interface Fault {
  /** As part of a sentence: "before the claim, <name>". */
  name: string;
  /** What the fault breaks: the held connection, or the statements after it as well. */
  breaks: "nothing" | "connection" | "server process" | "new rows" | "its audit event";
  /** What the fault needs: a waiting client, an own server, an own disk. */
  needs?: "client" | "server" | "disk";
  /** Causes the fault and waits for its effect. @returns a function that ends it. */
  strike: (scene: Scene) => Promise<() => Promise<void>>;
}

const nothing = async () => {};

/** The cheapest fault: there is nothing to restore afterwards. */
export const CUT: Fault = {
  name: "the socket to PostgreSQL is cut",
  breaks: "connection",
  strike: async ({ held }) => {
    held.cut();
    await held.closed;
    return nothing;
  },
};

/** Every fault, preceded by the control: a delay without a fault. */
export const FAULTS: readonly Fault[] = [
  { name: "nothing goes wrong", breaks: "nothing", strike: async () => nothing },
  {
    name: "the client disconnects",
    breaks: "nothing",
    needs: "client",
    strike: async ({ hangUp }) => {
      hangUp();
      return nothing;
    },
  },
  {
    name: "the API is killed",
    breaks: "connection",
    strike: async ({ site, held }) => {
      await site.api.kill();
      await held.closed;
      return () => site.api.start();
    },
  },
  CUT,
  {
    name: "its server process is terminated",
    breaks: "server process",
    strike: async ({ site, held }) => {
      await site.db.sql`SELECT pg_terminate_backend(${held.pid})`;
      await held.closed;
      return nothing;
    },
  },
  {
    name: "PostgreSQL crashes and restarts",
    breaks: "server process",
    needs: "server",
    strike: async ({ site, held }) => {
      await site.server?.stop("immediate");
      await held.closed;
      await site.server?.start();
      return nothing;
    },
  },
  {
    // The last commits of sessions that do not wait for the disk are lost then.
    name: "synchronous_commit is turned off, and PostgreSQL crashes after the answer",
    breaks: "nothing",
    needs: "server",
    strike: async ({ site }) => {
      const alter = async (change: (name: string, value: string) => string) => {
        const settings = { synchronous_commit: "off", wal_writer_delay: "10s" };
        for (const [name, value] of Object.entries(settings)) {
          await site.db.sql.unsafe(`ALTER SYSTEM ${change(name, value)}`);
        }
        await site.db.sql.unsafe(`ALTER ROLE CURRENT_USER ${change("synchronous_commit", "off")}`);
        await site.db.sql`SELECT pg_reload_conf()`;
      };
      await alter((name, value) => `SET ${name} = '${value}'`);
      return async () => {
        await site.server?.stop("immediate");
        await site.server?.start();
        await until(() => alter((name) => `RESET ${name}`).then(() => true));
      };
    },
  },
  {
    name: "no audit event can be stored",
    breaks: "its audit event",
    strike: async ({ site }) => {
      await site.db.sql`INSERT INTO broken_audit DEFAULT VALUES`;
      return async () => void (await site.db.sql`DELETE FROM broken_audit`);
    },
  },
  {
    name: "the disk is too full for rows",
    breaks: "new rows",
    needs: "disk",
    strike: async ({ site }) => {
      // Updates the free space map.
      await site.db.sql`VACUUM audit_events`;
      site.disk?.fill();
      await fillPages(site);
      return async () => site.disk?.free();
    },
  },
  {
    // PostgreSQL stops and can't start before there is room again.
    name: "the disk is too full for the WAL",
    breaks: "server process",
    needs: "disk",
    strike: async ({ site }) => {
      site.disk?.fill();
      // A background process of PostgreSQL may be the first to hit the limit.
      await useUpLog(site).catch(() => {});
      return async () => site.disk?.free();
    },
  },
];

/** Upper bound on the smallest events that fit on existing pages. */
const MAX_ROOM = 10_000;

/**
 * Stores unrelated events until one fails. Another connection may still know a page with free space, so the next event
 * probably, but not certainly, finds none.
 */
async function fillPages({ db }: CrashSite): Promise<void> {
  try {
    for (let rows = 0; rows < MAX_ROOM; rows++) {
      await db.sql`
        INSERT INTO audit_events (id, vault_id, project_id, action, source_ip)
        VALUES (gen_random_uuid(), 'nobody', gen_random_uuid(), 'temporary_secret_create', '0.0.0.0')`;
    }
  } catch (error) {
    if ((error as { code?: string }).code !== DISK_FULL) throw error;
    return;
  }
  throw new Error("the disk did not fill up");
}

/** PostgreSQL's code for `disk_full`. */
const DISK_FULL = "53100";

/** Bytes left in the last WAL file: fewer than any statement of the product writes. */
const LEFT_IN_LOG_BYTES = 200;

/** Upper bound on the overhead of an 8 KiB WAL page. */
const PAGE_OVERHEAD_BYTES = 40;

/** Fills the existing WAL files, spare ones included, so that a new one is needed soon. */
async function useUpLog({ db }: CrashSite): Promise<void> {
  const log = (bytes: number) =>
    db.sql`SELECT pg_logical_emit_message(false, '', repeat('x', ${Math.max(1, bytes)}))`;
  for (;;) {
    const [{ spare, room }] = await db.sql<[{ spare: number; room: number }]>`
      SELECT (SELECT count(*)::int FROM pg_ls_waldir()
          WHERE name ~ '^[0-9A-F]{24}$' AND name > pg_walfile_name(pg_current_wal_insert_lsn())) AS spare,
        (s.size - (pg_current_wal_insert_lsn() - '0/0')::bigint % s.size)::int AS room
      FROM (SELECT setting::bigint AS size FROM pg_settings WHERE name = 'wal_segment_size') AS s`;
    if (spare === 0) {
      await log(room - Math.ceil(room / 8192) * PAGE_OVERHEAD_BYTES - LEFT_IN_LOG_BYTES);
      return;
    }
    // PostgreSQL does not switch away from an empty WAL file.
    await log(1);
    await db.sql`SELECT pg_switch_wal()`;
  }
}
