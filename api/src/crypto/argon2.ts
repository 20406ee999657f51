import { availableParallelism } from "node:os";
import argon2 from "argon2";
import pLimit from "p-limit";

/** Argon2's cost parameters, stored with every hash so that they can be raised later. */
export interface Argon2Parameters {
  /** Memory per run, in KiB. */
  memoryKib: number;
  /** Passes over that memory. */
  timeCost: number;
  /** Lanes. */
  parallelism: number;
}

/** OWASP's Password Storage Cheat Sheet, second of its equivalent Argon2id settings: 19 MiB, t=2, p=1. */
export const ARGON2_PARAMETERS: Readonly<Argon2Parameters> = {
  memoryKib: 19_456,
  timeCost: 2,
  parallelism: 1,
};

/**
 * Whether a stored hash costs at most twice as much memory, passes and lanes as any release has asked for. Each run uses the
 * stored parameters, so anyone who can write to the database could otherwise have one run take a gigabyte and many
 * passes. Raise these bounds a release before parameters exceed them.
 */
export const isAffordable = ({ memoryKib, timeCost, parallelism }: Argon2Parameters): boolean =>
  memoryKib <= 2 * ARGON2_PARAMETERS.memoryKib &&
  timeCost <= 2 * ARGON2_PARAMETERS.timeCost &&
  parallelism <= 2 * ARGON2_PARAMETERS.parallelism;

const OUTPUT_BYTES = 64;

/** Too many runs are waiting. The rejected work did not start. */
export class Argon2BusyError extends Error {
  override name = "Argon2BusyError";
}

/** Metrics hooks. */
interface SlotsObserver {
  /** A run waited this many seconds for its slot. */
  waited(seconds: number): void;
  /** A run was refused. */
  refused(): void;
}

/** Runs one hash once a slot is free. */
export type Hash = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Work admitted at once per slot: one that hashes, and one that queries the database before or after its hash. With only
 * one, a core idles while its attempt waits for two commits to reach the disk.
 */
const WORK_PER_SLOT = 2;

/** What differs between pools. */
interface PoolOptions {
  observer?: SlotsObserver;
  /** A pool whose hashes come first: this one starts a hash only while that one has a free slot. */
  yieldsTo?: HashingPool;
}

/**
 * Bounds concurrent Argon2 runs. Each takes 19 MiB and a core for some 30 ms, so there is one slot per core and a short
 * FIFO queue; beyond it, work is refused.
 */
export class HashingPool {
  /** Admits work in order of arrival. */
  readonly #entrance;
  readonly #slots;
  readonly #slotCount;
  readonly #capacity;
  readonly #observer: SlotsObserver | undefined;
  readonly #yieldsTo: HashingPool | undefined;
  /** Work that runs or waits. */
  #taken = 0;
  readonly #whenIdle: (() => void)[] = [];
  readonly #whenSlotIsFree: (() => void)[] = [];

  /**
   * @param slots concurrent runs. The default leaves one thread of Node's pool (4, or `UV_THREADPOOL_SIZE`) to DNS and
   *   files.
   * @param queue how many may wait. 32 per slot is about a second on the slowest core measured.
   */
  constructor(slots = defaultSlots(), queue = 32 * slots, { observer, yieldsTo }: PoolOptions = {}) {
    this.#entrance = pLimit(WORK_PER_SLOT * slots);
    this.#slots = pLimit(slots);
    this.#slotCount = slots;
    this.#capacity = slots + queue;
    this.#observer = observer;
    this.#yieldsTo = yieldsTo;
  }

  /** Whether new work would be refused. */
  get isFull(): boolean {
    return this.#taken >= this.#capacity;
  }

  /** Hashes running now, and other work admitted or queued. */
  get load(): { running: number; waiting: number } {
    const running = this.#slots.activeCount;
    return { running, waiting: this.#taken - running };
  }

  /**
   * Runs `work`, which only hashes, once a slot is free.
   *
   * @throws Argon2BusyError at once, before `work` began, when the queue is full; else what `work` throws.
   */
  run<T>(work: () => Promise<T>): Promise<T> {
    return this.withSlot((hash) => hash(work));
  }

  /**
   * Runs `work` around a hash, in order of arrival. Before and after its hash it holds no slot, so the core can run other
   * hashes meanwhile.
   *
   * @param work receives the function that runs its hash, and need not call it.
   * @throws Argon2BusyError at once, before `work` began, when the queue is full; else what `work` throws.
   */
  withSlot<T>(work: (hash: Hash) => Promise<T>): Promise<T> {
    if (this.isFull) {
      this.#observer?.refused();
      return Promise.reject(new Argon2BusyError("too many password hashes are waiting"));
    }
    this.#taken++;
    const askedAt = performance.now();
    const admit = () => {
      const waited = performance.now() - askedAt;
      return work((hashing) => this.#hash(hashing, waited));
    };
    return this.#entrance(admit).finally(() => {
      this.#taken--;
      if (this.#taken === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
    });
  }

  /** Resolves once no work is running or waiting. New work is still accepted. */
  idle(): Promise<void> {
    return this.#taken === 0 ? Promise.resolve() : new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #hash<T>(work: () => Promise<T>, waitedMs: number): Promise<T> {
    const askedAt = performance.now();
    const run = async () => {
      await this.#yieldsTo?.slotIsFree();
      this.#observer?.waited((waitedMs + performance.now() - askedAt) / 1000);
      return work();
    };
    return this.#slots(run).finally(() => {
      if (this.#hasFreeSlot) for (const resolve of this.#whenSlotIsFree.splice(0)) resolve();
    });
  }

  get #hasFreeSlot(): boolean {
    return this.#slots.activeCount + this.#slots.pendingCount < this.#slotCount;
  }

  /** Resolves while a slot is free and no hash waits for it. */
  async slotIsFree(): Promise<void> {
    while (!this.#hasFreeSlot) await new Promise<void>((resolve) => this.#whenSlotIsFree.push(resolve));
  }
}

/** The two pools of a server. */
export interface HashingPools {
  /** For reveals and creates. */
  hashingPool: HashingPool;
  /** For passwords. Has half as many slots, and starts no hash that would take a core from a reveal. */
  passwordPool: HashingPool;
}

/**
 * Creates the pools of a server. Passwords have slots and a queue of their own, so that a flood of sign-ins neither fills
 * the queue of recipients nor delays them. A reveal never waits for a password that is being hashed: until that ends, more
 * hashes run than there are slots.
 */
export function createHashingPools(
  observers: { argon2: SlotsObserver; passwords: SlotsObserver },
  slots = defaultSlots(),
): HashingPools {
  const hashingPool = new HashingPool(slots, undefined, { observer: observers.argon2 });
  const half = Math.max(1, Math.floor(slots / 2));
  const yielding = { observer: observers.passwords, yieldsTo: hashingPool };
  return { hashingPool, passwordPool: new HashingPool(half, undefined, yielding) };
}

function defaultSlots(): number {
  const threads = Number(process.env.UV_THREADPOOL_SIZE) || 4;
  return Math.max(1, Math.min(availableParallelism(), threads - 1));
}

/** One raw Argon2id run (RFC 9106, version 0x13): 64 bytes. Call it inside a slot. */
export function argon2id(password: string, salt: Buffer, parameters: Argon2Parameters): Promise<Buffer> {
  return argon2.hash(password, {
    raw: true,
    type: argon2.argon2id,
    salt,
    hashLength: OUTPUT_BYTES,
    memoryCost: parameters.memoryKib,
    timeCost: parameters.timeCost,
    parallelism: parameters.parallelism,
  });
}
