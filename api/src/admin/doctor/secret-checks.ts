import { readSecretVitals } from "./doctor-store.ts";
import { type Check, ok, problem } from "./finding.ts";

/** Checks that expired secrets are swept, and that none is pending from before a failover or restore. */
export const checkSecrets: Check = async ({ db, config }) => {
  const { sweepLagSeconds, strays } = await readSecretVitals(db);
  const isLate = (sweepLagSeconds ?? 0) > 3 * config.sweepIntervalSeconds;
  return [
    isLate
      ? problem(
          "sweep",
          `A secret that expired ${Math.round(sweepLagSeconds ?? 0)} s ago is still stored (it can't be opened): no server runs the sweep.`,
          "Start the server, read its log, or run: pnpm admin sweep-now",
        )
      : ok("sweep", "No expired secret is left in the database."),
    strays > 0
      ? problem(
          "failover or restore",
          `${strays} pending secrets were stored before one. They can't be opened any more.`,
          "Run: pnpm admin destroy-pending --strays",
        )
      : ok("failover or restore", "No pending secret is from before one."),
  ];
};
