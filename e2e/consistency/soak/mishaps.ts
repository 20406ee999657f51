import { randomInt } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { Sql } from "postgres";
import type { DebianServer } from "../../../api/test/debian-postgres.ts";
import type { ApiProcess } from "../../support/api-process.ts";

/** Maximum downtime, in ms. */
const AWAY_MS = 5_000;

/** Pause between two mishaps, in ms. */
const CALM_MS = { least: 10_000, most: 40_000 };

/** What can be killed. */
interface Victims {
  replicas: readonly ApiProcess[];
  server: DebianServer;
  /** A connection to the product's database for the mishaps only. */
  sql: Sql;
}

const pick = <T>(items: readonly T[]): T | undefined => items[randomInt(items.length)];

/** Picks a server process that works for the product. */
async function someBackend({ sql }: Victims): Promise<number | undefined> {
  const rows = await sql<{ pid: number }[]>`
    SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'ttl-secrets%' AND datname = current_database()`;
  return pick(rows)?.pid;
}

/** Restarts a replica until it runs, as a supervisor does. It can't start while PostgreSQL is down. */
async function startSurely({ start }: ApiProcess): Promise<void> {
  for (let isUp = false; !isUp; ) {
    isUp = await start().then(
      () => true,
      () => false,
    );
    if (!isUp) await setTimeout(1_000);
  }
}

type Mishaps = Readonly<Record<string, (victims: Victims) => Promise<unknown>>>;

const TO_REPLICAS: Mishaps = {
  "a replica is killed": async ({ replicas }) => {
    const replica = pick(replicas);
    await replica?.kill();
    await setTimeout(randomInt(AWAY_MS));
    if (replica) await startSurely(replica);
  },
  "a replica is stopped": async ({ replicas }) => {
    const replica = pick(replicas);
    await replica?.stop();
    if (replica) await startSurely(replica);
  },
};

const TO_POSTGRESQL: Mishaps = {
  "PostgreSQL crashes": async ({ server }) => {
    await server.stop("immediate");
    await setTimeout(randomInt(AWAY_MS));
    await server.start();
  },
  "a server process is killed, so all are": async (victims) => {
    const pid = await someBackend(victims);
    if (pid) process.kill(pid, "SIGKILL");
  },
  "a connection is ended": async (victims) => {
    const pid = await someBackend(victims);
    if (pid) await victims.sql`SELECT pg_terminate_backend(${pid})`;
  },
};

/**
 * Kills replicas and PostgreSQL at random until `isOver`, independently and therefore sometimes both, and leaves
 * everything running. Returns the count of each mishap.
 */
export async function runMishaps(victims: Victims, isOver: () => boolean): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const run = async (mishaps: Mishaps) => {
    while (!isOver()) {
      await setTimeout(randomInt(CALM_MS.least, CALM_MS.most));
      const name = pick(Object.keys(mishaps)) ?? "";
      const wasThere = await mishaps[name]?.(victims).then(
        () => true,
        // No victim was found: the server was recovering from the previous mishap.
        () => false,
      );
      if (wasThere) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  };
  await Promise.all([run(TO_REPLICAS), run(TO_POSTGRESQL)]);
  if (!(await victims.server.isRunning())) await victims.server.start();
  return counts;
}
