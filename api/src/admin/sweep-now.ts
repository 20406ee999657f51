import { RateLimits } from "../rate-limit.ts";
import { sweepOnce } from "../secrets/sweep.ts";
import type { Installation } from "./installation.ts";
import { counted, type Result } from "./result.ts";

/** Does at once what every server process does now and then. Harmless beside them. */
export async function sweepNow({ db }: Pick<Installation, "db">): Promise<Result> {
  const { expired, interrupted } = await sweepOnce({ db, rateLimits: new RateLimits(db, 1) });
  return {
    lines: [
      `${counted(expired, "expired secret")} removed, ${counted(interrupted, "interrupted attempt")} closed.`,
    ],
    json: { expired, interrupted },
  };
}
