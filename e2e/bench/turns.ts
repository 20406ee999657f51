import { cpuOf, cpuSince } from "./processes.ts";

/** Result of one round. Times are in ms. */
export interface Round {
  count: number;
  perSecond: number;
  /** Latency; absent if the contender answers no requests. */
  p50?: number;
  p99?: number;
  /** CPU time of the measured processes, per operation. */
  cpu: number;
  /** CPU time of PostgreSQL, per operation. */
  databaseCpu: number;
}

/** A path or its limit. */
export interface Contender {
  run: () => Promise<{ count: number; perSecond: number; p50?: number; p99?: number }>;
  /** Processes whose CPU time counts. */
  pids: () => number[];
  /** PostgreSQL's processes, if it takes part. */
  databasePids?: () => Promise<number[]>;
}

/**
 * Runs the contenders in turn, round by round, so that a slow moment of the machine affects all of them. An unavailable
 * contender has no rounds.
 *
 * @param warmUps rounds before the first that are not counted, while V8 compiles hot code.
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
