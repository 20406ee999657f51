import { setTimeout } from "node:timers/promises";
import type { Sql } from "postgres";

/** How long to wait for statements to gather. The API's own lock timeout is 5 s. */
const GATHER_MS = 3000;

/** Connection string for one of several processes, with an application name of its own. */
export function databaseOf(url: string, processName: string): string {
  const own = new URL(url);
  own.searchParams.set("application_name", processName);
  return own.href;
}

/**
 * Runs `attack` against a barrier inside the database: the payloads of these secrets stay locked until statements of
 * `atOnce` processes wait for them, or the attack is over, and are then released by one commit. So PostgreSQL decides
 * which statement comes first, not the order of sending. A process has as many waiting claims as Argon2 slots.
 *
 * @returns the attack's result, and how many processes had statements waiting at the release.
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
    // A failure is reported below, where the promise is awaited.
    running.catch(() => {});
    const until = performance.now() + gatherMs;
    while (waited < atOnce && !isOver && performance.now() < until) {
      await setTimeout(5);
      waited = Math.max(waited, await countWaitingProcesses(sql));
    }
  });
  if (!running) throw new Error("the attack did not start");
  return { result: await running, waited };
}

/** Counts the processes with statements that wait for a lock. */
export async function countWaitingProcesses(sql: Sql): Promise<number> {
  const [row] = await sql<[{ waiting: number }]>`
    SELECT count(DISTINCT application_name)::int AS waiting FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return row.waiting;
}
