import { destroyPending as destroy } from "../secrets/destroy-pending.ts";
import type { Installation } from "./installation.ts";
import { counted, type Result } from "./result.ts";

/** The actor that the audit log names for a command. */
export const ADMIN = "pnpm admin";

/** Destroys all pending secrets, or only those stored before a failover or a restore. */
export async function destroyPending(
  { db }: Pick<Installation, "db">,
  { strays }: { strays?: boolean },
): Promise<Result> {
  const destroyed = await destroy(db, {
    ...(strays
      ? { which: "foreign", reason: "database_restored" }
      : { which: "all", reason: "destroyed_by_operator" }),
    actor: ADMIN,
  });
  return {
    lines: [
      `${counted(destroyed, "pending secret")} destroyed, each with its audit event. Their senders see this and can create them again.`,
    ],
    json: { destroyed },
  };
}
