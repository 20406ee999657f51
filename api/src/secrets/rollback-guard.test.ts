import { expect, it } from "vitest";
import type { Config } from "../config.ts";
import type { Services } from "../graphql/context.ts";
import { startSweep, sweepOnce } from "../jobs/sweep.ts";
import type { createServices } from "../services.ts";
import { revealSecret } from "./reveal-secret.ts";

type Parts = Parameters<typeof createServices>[1];
type Unguarded = Omit<Services, "rollbackGuard"> & { retention: { secretDays: number } };

/** Checked by the compiler, which rejects an `@ts-expect-error` without an error. Never called. */
const withoutGuard = {
  // @ts-expect-error A reveal requires the guard.
  reveal: (deps: Unguarded) => revealSecret(deps, { vaultId: "", token: "", passphrase: "", sourceIp: "" }),
  // @ts-expect-error So does a sweep,
  sweep: (deps: Unguarded) => sweepOnce(deps),
  // @ts-expect-error its schedule,
  schedule: (deps: Unguarded) => startSweep(deps, 60),
  // @ts-expect-error the GraphQL endpoint,
  graphql: (deps: Unguarded): Services => deps,
  assembly: (create: typeof createServices, config: Config, parts: Omit<Parts, "rollbackGuard">) =>
    // @ts-expect-error and the assembly of the product.
    create(config, parts),
};

it("can't be left out: nothing that needs a rollback guard compiles without one", () => {
  expect(Object.keys(withoutGuard)).toEqual(["reveal", "sweep", "schedule", "graphql", "assembly"]);
});
