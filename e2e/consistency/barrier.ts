import { setTimeout } from "node:timers/promises";
import type { Sql } from "postgres";

/** How long to wait for statements to gather. The API's own lock timeout is 5 s. */
const GATHER_MS = 3000;

/** The database for one of several processes, under a name that tells its connections from the others'. */
export function databaseOf(url: string, processName: string): string {
  const own = new URL(url);
  own.searchParams.set("application_name", processName);
  return own.href;
}

/**
 * Runs `attack` against a barrier inside the database: the payloads of these secrets stay locked until statements of
 * `atOnce` processes wait for them, or the attack is over, and then are freed in one commit. So it is PostgreSQL that decides
 * who comes first, and not who happened to send first. A process has only as many claims waiting as it has Argon2 slots.
 *
 * @returns what the attack came to, and statements of how many processes stood at the barrier when it fell.
 */
export async function throughBarrier<T>(
  sql: Sql,
  secretIds: readonly string[],
  atOnce: number,
  attack: () => Promise<T>,
  gatherMs = GATHER_MS,
): Promise<{ result: T; waited: number }> {
  let running: Promise<T> | undefined;
  let isOver = false;
  let waited = 0;
  await sql.begin(async (tx) => {
    await tx`
      SELECT 1 FROM ttl_secret_payloads
      WHERE secret_id = ANY(string_to_array(${secretIds.join(",")}, ',')::uuid[]) FOR UPDATE`;
    running = attack().finally(() => {
      isOver = true;
    });
    // A failure is reported below, to whoever awaits it, and not before.
    running.catch(() => {});
    const until = performance.now() + gatherMs;
    while (waited < atOnce && !isOver && performance.now() < until) {
      await setTimeout(5);
      waited = Math.max(waited, await countWaitingProcesses(sql));
    }
  });
  if (!running) throw new Error("the attack never began");
  return { result: await running, waited };
}

/** How many processes have statements that wait for a lock. */
export async function countWaitingProcesses(sql: Sql): Promise<number> {
  const [row] = await sql<[{ waiting: number }]>`
    SELECT count(DISTINCT application_name)::int AS waiting FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return row.waiting;
}
