/**
 * What may become of a secret, as a model: small pure functions that know nothing of SQL or HTTP, and a search for an
 * order of atomic steps that explains what was seen. Operations that ran side by side are explained when, for each
 * secret, some order of their steps gives every one of them the answer it got, and the secret the state it is in.
 */

type Status = "pending" | "viewed" | "destroyed" | "expired" | "revoked" | "gone";

/** One secret, as it is stored. Its payload is there while the status is `pending`, and never otherwise. */
export interface SecretModel {
  status: Status;
  reason: "wrong_passphrase" | "interrupted" | null;
  /** An attempt that was not settled: it may yet be (`running`), or a minute is over and it may not (`late`). */
  attempt: "none" | "running" | "late";
  isPastTtl: boolean;
  /** The server key it was sealed with. */
  kid: string;
  /** Endings that the audit log tells of. */
  events: readonly ("viewed" | "failed" | "revoked")[];
}

/** All that the answers depend on, besides the secret itself. */
export interface Surroundings {
  /** For each API, the kids of the keys it can load. */
  kids: readonly (readonly string[])[];
}

/** What may be done. `secret` and `api` say which one. */
export type Operation =
  | { kind: "reveal"; secret: number; api: number; isRight: boolean }
  /** An attempt whose process dies after the claim, or whose ending can't be stored. */
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
  /** The minute ends in which an attempt may be settled. */
  | { kind: "end attempt"; secret: number }
  | { kind: "sweep" }
  /** The operator destroys everything that is pending. */
  | { kind: "destroy pending" }
  | { kind: "delete project"; api: number };

/** An operation with the answer it got. */
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

/** The status that everybody is told. */
export function statusTold({ status, attempt, isPastTtl }: SecretModel): Status {
  if (attempt === "running") return "pending";
  return status === "pending" && isPastTtl ? "expired" : status;
}

/** Whether an attempt would find it. */
export const isAvailable = ({ status, isPastTtl }: SecretModel): boolean =>
  status === "pending" && !isPastTtl;

/** Where a step leads: to the next one, or to an answer. None: it has to wait for another operation. */
type Outcome = { secret: SecretModel } & ({ next: Step } | { answer: string });
type Step = (secret: SecretModel) => Outcome[];

/** The answer of what is not asked for one. */
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

/** Looks for the secret, takes it back if it is pending, and looks again until there is something final to tell. */
function revokeSteps(): Step {
  const tell: Step = (secret) => {
    const told = statusTold(secret);
    if (told === "gone") return [{ secret, answer: NOT_FOUND }];
    return told === "pending" ? [] : [{ secret, answer: told }];
  };
  const take: Step = (secret) => {
    if (!isAvailable(secret)) return [{ secret, next: tell }];
    return [{ secret: { ...secret, status: "revoked", events: [...secret.events, "revoked"] }, next: tell }];
  };
  return (secret) => (secret.status === "gone" ? [{ secret, answer: NOT_FOUND }] : [{ secret, next: take }]);
}

/** A change that happens if it can; nobody is told. */
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

/** A sweep skips what somebody else has locked, so beside others it may leave anything for the next one. */
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
 * An attempt under way can't record itself any more, so the deletion does. For a secret that is gone already, the project
 * may be a later one, or there is none.
 */
const deleteProject: Step = (secret) => {
  if (secret.status === "gone") return [DONE, NOT_FOUND].map((answer) => ({ secret, answer }));
  const events = secret.attempt === "none" ? secret.events : withFailed(secret);
  return [{ secret: { ...secret, status: "gone", reason: null, attempt: "none", events }, answer: DONE }];
};

/** An operation's atomic steps, as far as they concern one secret: chains, of which each has its own order. */
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
 * Every state that these operations, all of which concern the secret, may have left it in, whatever the order of their
 * steps, given their answers. None: what was seen can't have happened.
 *
 * @param isAlone nothing else went on, with other secrets neither, so that nothing was locked.
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
    // The same state may be reached in many orders; how far each chain is tells them apart.
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
