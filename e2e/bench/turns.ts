import { cpuOf, cpuSince } from "./processes.ts";

/** One round of one contender. */
export interface Round {
  count: number;
  perSecond: number;
  /** In ms; absent for what answers no requests. */
  p50?: number;
  p99?: number;
  /** CPU of the process that is measured, per piece of work, in ms. */
  cpu: number;
  /** CPU of PostgreSQL, per piece of work, in ms. */
  databaseCpu: number;
}

/** Something to measure: a path or its limit. */
export interface Contender {
  run: () => Promise<{ count: number; perSecond: number; p50?: number; p99?: number }>;
  /** The processes that do the work. */
  pids: () => number[];
  /** PostgreSQL's, if it has a part in it. */
  databasePids?: () => Promise<number[]>;
}

/**
 * Runs the contenders in turn, round by round, so that a slow minute of the machine hits all of them. One that can't be had
 * here has no rounds.
 *
 * @param warmUps how many rounds before the first do not count: V8 compiles what runs often.
 */
export async function takeTurns<Name extends string>(
  contenders: Record<Name, Contender | undefined>,
  rounds: number,
  { warmUps = 1 } = {},
): Promise<Record<Name, Round[]>> {
  const names = Object.keys(contenders) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as Round[]])) as Record<Name, Round[]>;
  for (let round = -warmUps; round < rounds; round++) {
    for (const name of names) {
      const contender = contenders[name];
      if (!contender) continue;
      const measured = await measure(contender);
      if (round >= 0) results[name].push(measured);
    }
  }
  return results;
}

async function measure({ run, pids, databasePids }: Contender): Promise<Round> {
  const database = async () => (await databasePids?.()) ?? [];
  const [cpuBefore, databaseBefore] = [await cpuOf(pids()), await cpuOf(await database())];
  const { count, perSecond, p50, p99 } = await run();
  return {
    count,
    perSecond,
    ...(p50 !== undefined && { p50 }),
    ...(p99 !== undefined && { p99 }),
    cpu: (await cpuSince(cpuBefore, pids())) / count,
    databaseCpu: (await cpuSince(databaseBefore, await database())) / count,
  };
}
