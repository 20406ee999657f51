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

/** Between two things that a sender does, at most, in ms: a steady load that leaves a small machine room to breathe. */
const PAUSE_MS = 800;

/** Attempts that race for one secret. */
const RACERS = 4;

/** The shortest TTL there is, in s: so that some secrets end during even a short soak. */
const SHORTEST_TTL = 60;

/** Longer than any soak, in s: the longest TTL there is. */
const LONGEST_TTL = 86_400;

/** All that happened to one secret, and what may be made of it. */
export interface Life extends SecretHistory {
  attempts: Attempt[];
  secret: Created;
  /** Somebody else took, or may have taken, it away before its recipient came: by revoking it, by deleting, by its TTL. */
  mayBeGone: boolean;
}

/** One weighted thing that a sender and their recipients do. */
interface Habit {
  name: string;
  weight: number;
  act: (load: Load, sender: Sender) => Promise<unknown>;
}

const HABITS: readonly Habit[] = [
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

const HABIT_WEIGHT = HABITS.reduce((sum, { weight }) => sum + weight, 0);

/** What senders and recipients do all the while, each noting what they were told. */
export class Load {
  /** Every secret whose creation was acknowledged. */
  readonly lives: Life[] = [];
  /** How often each habit was gone through, and how often it was broken off by an outage. */
  readonly done = new Map<string, { through: number; brokenOff: number }>();
  readonly #api: Endpoint;
  readonly #kept: Life[] = [];

  constructor(api: Endpoint) {
    this.#api = api;
  }

  /** Goes on until `isOver`. */
  async run(sender: Sender, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const { name, act } = drawHabit();
      const count = this.done.get(name) ?? { through: 0, brokenOff: 0 };
      this.done.set(name, count);
      // What is refused or unanswered while something is down is no news; what was told is in the histories.
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

  /** Its recipient comes too late: in the soak's end. */
  async letExpire(sender: Sender): Promise<void> {
    const life = await this.#create(sender, { ttlSeconds: SHORTEST_TTL });
    life.mayBeGone = true;
  }

  /** Pending through whatever happens until somebody comes for it, at the latest in the soak's end. */
  async keep(sender: Sender): Promise<void> {
    this.#kept.push(await this.#create(sender));
  }

  async openKept(): Promise<void> {
    const [life] = this.#kept.length > 0 ? this.#kept.splice(randomInt(this.#kept.length), 1) : [];
    if (life) await this.openSurely(life);
  }

  /** Opens all that is still kept. */
  async openAllKept(): Promise<number> {
    const kept = this.#kept.splice(0);
    for (const life of kept) await this.openSurely(life);
    return kept.length;
  }

  /** Tries until it is told anything but that it can't be tried now. */
  async openSurely(life: Life): Promise<void> {
    while ((await this.#attempt(life)).told === "refused") await setTimeout(PAUSE_MS);
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
    const told = await attempt(this.#api, { ...life.secret, passphrase });
    life.attempts.push(told);
    return told;
  }
}

/**
 * Secrets that were there, that nobody took away and whose recipients had an answer to every attempt, but to none of
 * them a verdict: they were lost. `destroyed` is one, too: of an attempt that an outage cut off half-way.
 */
export function lost(lives: readonly Life[]): string[] {
  return lives
    .filter(({ mayBeGone }) => !mayBeGone)
    .filter(({ attempts }) => attempts.some(({ told }) => told === "not-available"))
    .filter(
      ({ attempts }) =>
        !attempts.some(({ told }) => told === "revealed" || told === "destroyed" || told === "unanswered"),
    )
    .map(({ id }) => `${id}: pending, and lost`);
}

function drawHabit(): Habit {
  let place = randomInt(HABIT_WEIGHT);
  for (const habit of HABITS) {
    place -= habit.weight;
    if (place < 0) return habit;
  }
  throw new Error("the weights are wrong");
}
