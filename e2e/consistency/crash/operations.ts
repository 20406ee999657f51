import type { Operation } from "./operation.ts";
import { CREATIONS } from "./operations/create.ts";
import { DELETE_PROJECT } from "./operations/delete-project.ts";
import { REVEAL } from "./operations/reveal.ts";
import { REVOKE } from "./operations/revoke.ts";
import { SWEEP_EXPIRED, SWEEP_INTERRUPTED } from "./operations/sweeps.ts";

/** Everything that changes a secret. */
export const OPERATIONS: readonly Operation[] = [
  REVEAL,
  REVOKE,
  SWEEP_EXPIRED,
  SWEEP_INTERRUPTED,
  ...CREATIONS,
  DELETE_PROJECT,
];
