import type { RollbackGuard } from "../src/secrets/rollback-guard.ts";

/** Trusts every database: for a test that is not about rollbacks. */
export const noRollbackGuard: RollbackGuard = {
  seen: undefined,
  observe: () => {},
  check: async () => {},
};
