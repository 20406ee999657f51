import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";

const GIB = 1024 ** 3;

/** The date, machine and versions of a run, on one line. */
export function machine(databaseVersion: string): string {
  const [minute = 0] = loadavg();
  return [
    new Date().toISOString().slice(0, 10),
    `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / GIB)} GiB`,
    `Linux ${release()}`,
    `Node ${process.version}`,
    `PostgreSQL ${databaseVersion}`,
    `load average ${minute.toFixed(1)} before the first round`,
  ].join("; ");
}
