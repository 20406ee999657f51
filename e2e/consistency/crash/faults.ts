import type { Held } from "../../../api/test/postgres-proxy.ts";
import type { CrashSite } from "./crash-site.ts";

/** What a fault can strike at, while a request of the API's stands still at a statement. */
interface Scene {
  site: CrashSite;
  held: Held;
  /** Takes the client away that waits for an answer. */
  hangUp: () => void;
}

/** Something that goes wrong. */
export interface Fault {
  /** As part of a sentence: "before the claim, <name>". */
  name: string;
  /** What does not work any more: of the connection that is held, and of the statements after it. */
  breaks: "nothing" | "connection" | "server process" | "new rows" | "its audit event";
  /** What it takes: a client that waits, a server of our own, a disk of its own. */
  needs?: "client" | "server" | "disk";
  /** Lets it happen. @returns what ends it, once it has had its effect. */
  strike: (scene: Scene) => Promise<() => Promise<void>>;
}

const nothing = async () => {};

/** The cheapest of all: everything is as it was right after it. */
export const CUT: Fault = {
  name: "the socket to PostgreSQL is cut",
  breaks: "connection",
  strike: async ({ held }) => {
    held.cut();
    await held.closed;
    return nothing;
  },
};

/** Every fault, with the control first: to be held up is none. */
export const FAULTS: readonly Fault[] = [
  { name: "nothing goes wrong", breaks: "nothing", strike: async () => nothing },
  {
    name: "the client hangs up",
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
      // So that it is known which pages have room.
      await site.db.sql`VACUUM audit_events`;
      site.disk?.fill();
      await fillPages(site);
      return async () => site.disk?.free();
    },
  },
  {
    // PostgreSQL goes down over it, and does not come up again before there is room.
    name: "the disk is too full for the log",
    breaks: "server process",
    needs: "disk",
    strike: async ({ site }) => {
      site.disk?.fill();
      // It may be PostgreSQL's own housekeeping that finds it full first.
      await useUpLog(site).catch(() => {});
      return async () => site.disk?.free();
    },
  },
];

/** How many of the smallest events there may be room for on all the pages there are. */
const MAX_ROOM = 10_000;

/**
 * Stores events of nobody's until there is no room for one more. Another connection may still know of a page that has
 * some, so it is likely, but not certain, that the next event finds none.
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
  throw new Error("the disk was not full");
}

/** PostgreSQL's code for it. */
const DISK_FULL = "53100";

/** What is left in the log's last file: less than any statement of the product's writes. */
const LEFT_IN_LOG_BYTES = 200;

/** What a page of 8 KiB of the log holds besides what is logged, generously. */
const PAGE_OVERHEAD_BYTES = 40;

/** Uses up the log's files, the spare ones too, to the last bytes; soon after it a new one is needed. */
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
    // A file in which nothing stands is not switched away from.
    await log(1);
    await db.sql`SELECT pg_switch_wal()`;
  }
}
