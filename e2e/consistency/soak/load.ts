import { randomInt } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { Endpoint } from "../../../api/test/app.ts";
import {
  type Created,
  createProject,
  createSecret,
  deleteProject,
  graphql,
  revoke,
  type Sender,
} from "../../../api/test/factories.ts";
import type { Attempt, SecretHistory } from "../history.ts";
import { attempt, WRONG } from "../recipients.ts";

/** Maximum pause between two actions of a sender, in ms: a steady load that does not saturate a small machine. */
const PAUSE_MS = 800;

/** Concurrent attempts in a race. */
const RACERS = 4;

/** The minimum TTL, in s, so that some secrets expire even in a short soak. */
const SHORTEST_TTL = 60;

/** The maximum TTL, in s: longer than any soak. */
const LONGEST_TTL = 86_400;

/** The history of one secret. */
export interface Life extends SecretHistory {
  attempts: Attempt[];
  secret: Created;
  /** Whether it may have been revoked, deleted or expired before its recipient came. */
  mayBeGone: boolean;
}

/** A weighted action of a sender and their recipients. */
interface Action {
  name: string;
  weight: number;
  act: (load: Load, sender: Sender) => Promise<unknown>;
}

const ACTIONS: readonly Action[] = [
  { name: "hand over", weight: 30, act: (load, sender) => load.handOver(sender) },
  { name: "mistype", weight: 10, act: (load, sender) => load.mistype(sender) },
  { name: "race", weight: 8, act: (load, sender) => load.race(sender) },
  { name: "race a revoke", weight: 8, act: (load, sender) => load.raceRevoke(sender) },
  { name: "let expire", weight: 8, act: (load, sender) => load.letExpire(sender) },
  { name: "keep for later", weight: 12, act: (load, sender) => load.keep(sender) },
  { name: "open what was kept", weight: 10, act: (load) => load.openKept() },
  { name: "delete a project", weight: 4, act: (load, sender) => load.deleteProject(sender) },
  { name: "look at the lists", weight: 10, act: (load, sender) => load.list(sender) },
];

const HABIT_WEIGHT = ACTIONS.reduce((sum, { weight }) => sum + weight, 0);

/** Performs the actions and records every answer. */
export class Load {
  /** Every secret whose creation was acknowledged. */
  readonly lives: Life[] = [];
  /** How often each action completed, and how often an outage interrupted it. */
  readonly done = new Map<string, { through: number; brokenOff: number }>();
  readonly #api: Endpoint;
  readonly #kept: Life[] = [];

  constructor(api: Endpoint) {
    this.#api = api;
  }

  /** Runs until `isOver`. */
  async run(sender: Sender, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const { name, act } = pickAction();
      const count = this.done.get(name) ?? { through: 0, brokenOff: 0 };
      this.done.set(name, count);
      // Refusals and lost answers are expected during an outage. Answers are in the histories.
      await act(this, sender).then(
        () => count.through++,
        () => count.brokenOff++,
      );
      await setTimeout(randomInt(PAUSE_MS));
    }
  }

  async handOver(sender: Sender): Promise<void> {
    const life = await this.#create(sender);
    await this.#attempt(life);
    if (randomInt(2) === 0) await this.#attempt(life);
  }

  async mistype(sender: Sender): Promise<void> {
    const life = await this.#create(sender);
    await this.#attempt(life, WRONG);
    await this.#attempt(life);
  }

  async race(sender: Sender): Promise<void> {
    const life = await this.#create(sender);
    await Promise.all(Array.from({ length: RACERS }, () => this.#attempt(life)));
  }

  async raceRevoke(sender: Sender): Promise<void> {
    const life = await this.#create(sender);
    life.mayBeGone = true;
    await Promise.all([revoke(this.#api, sender, life.id), this.#attempt(life)]);
  }

  /** The recipient comes too late, at the end of the soak. */
  async letExpire(sender: Sender): Promise<void> {
    const life = await this.#create(sender, { ttlSeconds: SHORTEST_TTL });
    life.mayBeGone = true;
  }

  /** Stays pending until a recipient comes, at the latest at the end of the soak. */
  async keep(sender: Sender): Promise<void> {
    this.#kept.push(await this.#create(sender));
  }

  async openKept(): Promise<void> {
    const [life] = this.#kept.length > 0 ? this.#kept.splice(randomInt(this.#kept.length), 1) : [];
    if (life) await this.openSurely(life);
  }

  /** Opens all secrets that are still kept. */
  async openAllKept(): Promise<number> {
    const kept = this.#kept.splice(0);
    for (const life of kept) await this.openSurely(life);
    return kept.length;
  }

  /** Retries while it is refused. */
  async openSurely(life: Life): Promise<void> {
    while ((await this.#attempt(life)).outcome === "refused") await setTimeout(PAUSE_MS);
  }

  async deleteProject(sender: Sender): Promise<void> {
    const projectId = await createProject(this.#api, sender);
    const life = await this.#create({ ...sender, projectId });
    life.mayBeGone = true;
    await Promise.all([deleteProject(this.#api, { ...sender, projectId }), this.#attempt(life)]);
  }

  async list(sender: Sender): Promise<void> {
    const { errors } = await graphql(
      this.#api,
      `query ($id: ID!) {
        viewer { email }
        ttlSecrets(projectId: $id, first: 50) { nodes { id name status } pageInfo { hasNextPage } }
        auditEvents(projectId: $id, first: 50) { nodes { action actor } }
      }`,
      { id: sender.projectId },
      sender,
    );
    if (errors) throw new Error("the lists were refused");
  }

  async #create(sender: Sender, input: { ttlSeconds?: number } = {}): Promise<Life> {
    const value = `value ${this.lives.length} ${Math.random()}`;
    const secret = await createSecret(this.#api, sender, {
      ttlSeconds: LONGEST_TTL,
      ...input,
      content: { value },
    });
    const life: Life = { id: secret.id, value, secret, attempts: [], mayBeGone: false };
    this.lives.push(life);
    return life;
  }

  async #attempt(life: Life, passphrase = life.secret.passphrase): Promise<Attempt> {
    const outcome = await attempt(this.#api, { ...life.secret, passphrase });
    life.attempts.push(outcome);
    return outcome;
  }
}

/**
 * Lost secrets: they existed, were not taken away, and every attempt was answered, but none with a verdict. `destroyed`
 * is a verdict, too, for instance after an outage interrupted an attempt.
 */
export function lost(lives: readonly Life[]): string[] {
  return lives
    .filter(({ mayBeGone }) => !mayBeGone)
    .filter(({ attempts }) => attempts.some(({ outcome }) => outcome === "not-available"))
    .filter(
      ({ attempts }) =>
        !attempts.some(
          ({ outcome }) => outcome === "revealed" || outcome === "destroyed" || outcome === "unanswered",
        ),
    )
    .map(({ id }) => `${id}: pending, and lost`);
}

function pickAction(): Action {
  let place = randomInt(HABIT_WEIGHT);
  for (const habit of ACTIONS) {
    place -= habit.weight;
    if (place < 0) return habit;
  }
  throw new Error("the weights are wrong");
}
