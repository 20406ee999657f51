/**
 * A model of a secret's life: small pure functions without SQL or HTTP, and a search for an order of atomic steps that
 * explains an observation. Concurrent operations are explained if, for each secret, some order of their steps gives
 * every operation its answer and the secret its state (linearizability).
 */

type Status = "pending" | "viewed" | "destroyed" | "expired" | "revoked" | "gone";

/** One stored secret. Its payload exists exactly while the status is `pending`. */
export interface SecretModel {
  status: Status;
  reason: "wrong_passphrase" | "interrupted" | null;
  /** An unsettled attempt: it can still be settled (`running`), or its minute is over (`late`). */
  attempt: "none" | "running" | "late";
  isPastTtl: boolean;
  /** The server key it was sealed with. */
  kid: string;
  /** Endings in the audit log. */
  events: readonly ("viewed" | "failed" | "revoked")[];
}

/** Everything else that answers depend on. */
export interface Surroundings {
  /** For each API, the ids of the keys it can load. */
  kids: readonly (readonly string[])[];
}

/** An operation. `secret` and `api` are indexes. */
export type Operation =
  | { kind: "reveal"; secret: number; api: number; isRight: boolean }
  /** An attempt whose process dies after the claim, or whose outcome can't be stored. */
  | { kind: "cut off"; secret: number; api: number; isRight: boolean; by: "death" | "audit" }
  /** An attempt that is refused before the claim. */
  | {
      kind: "refused";
      secret: number;
      api: number;
      because: "blank" | "too long" | "API key" | "other vault";
    }
  | { kind: "available"; secret: number; api: number }
  | { kind: "revoke"; secret: number; api: number }
  /** The TTL ends. */
  | { kind: "end TTL"; secret: number }
  /** The minute ends in which an attempt can be settled. */
  | { kind: "end attempt"; secret: number }
  | { kind: "sweep" }
  /** The operator destroys all pending secrets. */
  | { kind: "destroy pending" }
  | { kind: "delete project"; api: number };

/** An operation with its answer. */
export interface Observed {
  operation: Operation;
  answer: string;
}

/** A new secret. */
export const pending = (kid: string): SecretModel => ({
  status: "pending",
  reason: null,
  attempt: "none",
  isPastTtl: false,
  kid,
  events: [],
});

/** The status that the API reports. */
export function reportedStatus({ status, attempt, isPastTtl }: SecretModel): Status {
  if (attempt === "running") return "pending";
  return status === "pending" && isPastTtl ? "expired" : status;
}

/** Whether an attempt would find the secret. */
export const isAvailable = ({ status, isPastTtl }: SecretModel): boolean =>
  status === "pending" && !isPastTtl;

/** Result of a step: the next step or an answer. No outcome: the step waits for another operation. */
type Outcome = { secret: SecretModel } & ({ next: Step } | { answer: string });
type Step = (secret: SecretModel) => Outcome[];

/** Answer of an operation without a result. */
export const DONE = "done";
export const NOT_FOUND = "NOT_FOUND";

const answerAlways =
  (answer: string): Step =>
  (secret) => [{ secret, answer }];

const revealSteps =
  (kids: readonly string[], settle: Step): Step =>
  (secret) => {
    if (!isAvailable(secret)) return [{ secret, answer: "not available" }];
    if (!kids.includes(secret.kid)) return [{ secret, answer: "OVERLOADED" }];
    const claimed: SecretModel = {
      ...secret,
      status: "destroyed",
      reason: "interrupted",
      attempt: "running",
    };
    return [{ secret: claimed, next: settle }];
  };

const settleStep =
  (isRight: boolean): Step =>
  (secret) => {
    const { attempt, events } = secret;
    if (attempt !== "running") return [{ secret, answer: "destroyed" }];
    const settled: SecretModel = isRight
      ? { ...secret, attempt: "none", status: "viewed", reason: null, events: [...events, "viewed"] }
      : { ...secret, attempt: "none", reason: "wrong_passphrase", events: [...events, "failed"] };
    return [{ secret: settled, answer: isRight ? "revealed" : "destroyed: wrong passphrase" }];
  };

/** Reads the secret, revokes it if it is pending, and reads it again until its status is final. */
function revokeSteps(): Step {
  const tell: Step = (secret) => {
    const reported = reportedStatus(secret);
    if (reported === "gone") return [{ secret, answer: NOT_FOUND }];
    return reported === "pending" ? [] : [{ secret, answer: reported }];
  };
  const take: Step = (secret) => {
    if (!isAvailable(secret)) return [{ secret, next: tell }];
    return [{ secret: { ...secret, status: "revoked", events: [...secret.events, "revoked"] }, next: tell }];
  };
  return (secret) => (secret.status === "gone" ? [{ secret, answer: NOT_FOUND }] : [{ secret, next: take }]);
}

/** A change without an answer, made if it is due. */
const change =
  (isDue: (secret: SecretModel) => boolean, to: (secret: SecretModel) => Partial<SecretModel>): Step =>
  (secret) => [{ secret: isDue(secret) ? { ...secret, ...to(secret) } : secret, answer: DONE }];

const withFailed = ({ events }: SecretModel) => [...events, "failed" as const];

const expire = change(
  ({ status, isPastTtl }) => status === "pending" && isPastTtl,
  () => ({ status: "expired" }),
);
const closeAttempt = change(
  ({ attempt }) => attempt === "late",
  (secret) => ({ attempt: "none", events: withFailed(secret) }),
);

/** A sweep skips locked rows, so during other operations it may leave anything to the next sweep. */
const perhaps =
  (step: Step): Step =>
  (secret) => [...step(secret), { secret, answer: DONE }];

const endTtl = change(
  ({ status }) => status === "pending",
  () => ({ isPastTtl: true }),
);
const endAttempt = change(
  ({ attempt }) => attempt === "running",
  () => ({ attempt: "late" }),
);
const destroyPending = change(isAvailable, (secret) => ({
  status: "destroyed",
  reason: "interrupted",
  events: withFailed(secret),
}));
/**
 * Records an attempt under way, which can no longer record itself. For a secret that is gone already, the project may be
 * a later one, or none.
 */
const deleteProject: Step = (secret) => {
  if (secret.status === "gone") return [DONE, NOT_FOUND].map((answer) => ({ secret, answer }));
  const events = secret.attempt === "none" ? secret.events : withFailed(secret);
  return [{ secret: { ...secret, status: "gone", reason: null, attempt: "none", events }, answer: DONE }];
};

/** An operation's atomic steps on one secret, as chains. The steps of a chain are ordered, chains are not. */
function chainsOf(operation: Operation, { kids }: Surroundings, isAlone: boolean): Step[] {
  switch (operation.kind) {
    case "reveal":
      return [revealSteps(kids[operation.api] ?? [], settleStep(operation.isRight))];
    case "cut off": {
      const claimed = answerAlways(operation.by === "death" ? "claimed" : "destroyed");
      return [revealSteps(kids[operation.api] ?? [], claimed)];
    }
    case "refused":
      return [answerAlways(REFUSALS[operation.because])];
    case "available":
      return [(secret) => [{ secret, answer: String(isAvailable(secret)) }]];
    case "revoke":
      return [revokeSteps()];
    case "end TTL":
      return [endTtl];
    case "end attempt":
      return [endAttempt];
    case "sweep":
      return isAlone ? [expire, closeAttempt] : [perhaps(expire), perhaps(closeAttempt)];
    case "destroy pending":
      return [destroyPending];
    case "delete project":
      return [deleteProject];
  }
}

const REFUSALS = {
  blank: "BAD_USER_INPUT",
  "too long": "BAD_USER_INPUT",
  "API key": "FORBIDDEN",
  "other vault": "not available",
} as const;

/**
 * Every state in which these operations on the secret may have left it, over all orders of their steps that match their
 * answers. Empty: the observation is impossible.
 *
 * @param isAlone whether no other operation ran, on any secret, so that nothing was locked.
 */
export function explain(
  secret: SecretModel,
  surroundings: Surroundings,
  observed: readonly Observed[],
  { isAlone }: { isAlone: boolean },
): SecretModel[] {
  const chains = observed.flatMap(({ operation, answer }) =>
    chainsOf(operation, surroundings, isAlone).map((next) => ({ next, answer })),
  );
  const found = new Map<string, SecretModel>();
  const seen = new Set<string>();
  const numbers = new Map<Step | null, number>();
  const numberOf = (step: Step | null) => {
    if (!numbers.has(step)) numbers.set(step, numbers.size);
    return numbers.get(step);
  };
  const search = (at: SecretModel, left: readonly { next: Step | null; answer: string }[]) => {
    // Many orders lead to the same state and the same position in each chain.
    const key = JSON.stringify([at, left.map(({ next }) => numberOf(next))]);
    if (seen.has(key)) return;
    seen.add(key);
    if (left.every(({ next }) => next === null)) found.set(JSON.stringify(at), at);
    for (const [i, { next, answer }] of left.entries()) {
      for (const outcome of next?.(at) ?? []) {
        if ("answer" in outcome && outcome.answer !== answer) continue;
        search(outcome.secret, left.with(i, { next: "next" in outcome ? outcome.next : null, answer }));
      }
    }
  };
  search(secret, chains);
  return [...found.values()];
}
