import { sweepOnce } from "../jobs/sweep.ts";
import { createLogger } from "../logging/log.ts";
import { openRollbackGuard } from "../secrets/rollback-guard.ts";
import { accountServices, type Installation } from "./installation.ts";
import { counted, type Result } from "./result.ts";

/** Runs the sweep and the retention job of a server process once. Safe while servers run. */
export async function sweepNow(installation: Pick<Installation, "db" | "config">): Promise<Result> {
  const { db, config } = installation;
  const { retention } = config;
  const { rateLimits } = await accountServices(installation);
  // The servers keep the file of watermarks: one written as another user could be unreadable to them.
  const rollbackGuard = await openRollbackGuard({ db, log: createLogger("warn"), file: undefined });
  const swept = await sweepOnce({ db, rateLimits, rollbackGuard, retention });
  const { expired, interrupted, forgotten, auditEvents } = swept;
  return {
    lines: [
      `${counted(expired, "expired secret")} removed, ${counted(interrupted, "interrupted attempt")} closed.`,
      `Past their retention: ${counted(forgotten, "ended secret")} and ${counted(auditEvents, "audit event")} removed.`,
    ],
    json: swept,
  };
}
