import { argon2Sync } from "node:crypto";
import { availableParallelism } from "node:os";
import { setImmediate, setTimeout } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Argon2BusyError, argon2id, createHashingPools, HashingPool } from "./argon2.ts";

afterEach(() => vi.unstubAllEnvs());

/** Jobs that start when their slot is free and end when the test says so. */
function jobs() {
  const started: string[] = [];
  const doors = new Map<string, PromiseWithResolvers<string>>();
  return {
    started,
    job: (name: string) => () => {
      started.push(name);
      const door = Promise.withResolvers<string>();
      doors.set(name, door);
      return door.promise;
    },
    async finish(name: string) {
      doors.get(name)?.resolve(name);
      await setImmediate();
    },
    async fail(name: string) {
      doors.get(name)?.reject(new Error(`${name} failed`));
      await setImmediate();
    },
  };
}

describe("Argon2's slots", () => {
  test("run at most as many hashes as there are slots, and start the others in order of arrival", async () => {
    const { started, job, finish } = jobs();
    const hashingPool = new HashingPool(2, 4);
    const results = ["a", "b", "c", "d", "e"].map((name) => hashingPool.run(job(name)));
    await setImmediate();
    expect(started).toEqual(["a", "b"]);
    await finish("b");
    expect(started).toEqual(["a", "b", "c"]);
    await finish("a");
    expect(started).toEqual(["a", "b", "c", "d"]);
    await finish("c");
    expect(started).toEqual(["a", "b", "c", "d", "e"]);
    await finish("d");
    await finish("e");
    expect(await Promise.all(results)).toEqual(["a", "b", "c", "d", "e"]);
  });

  test("refuse work at once when the queue is full, and never start it", async () => {
    const { started, job, finish } = jobs();
    const hashingPool = new HashingPool(1, 2);
    const kept = ["a", "b", "c"].map((name) => hashingPool.run(job(name)));
    await expect(hashingPool.run(job("d"))).rejects.toBeInstanceOf(Argon2BusyError);
    for (const name of ["a", "b", "c"]) await finish(name);
    expect(await Promise.all(kept)).toEqual(["a", "b", "c"]);
    expect(started).toEqual(["a", "b", "c"]);
  });

  test("are idle once nothing runs or waits, after success and failure alike", async () => {
    const { job, finish, fail } = jobs();
    const hashingPool = new HashingPool(1, 2);
    await hashingPool.idle();
    const failing = expect(hashingPool.run(job("a"))).rejects.toThrow();
    const waiting = hashingPool.run(job("b"));
    await setImmediate();
    let isIdle = false;
    const idle = hashingPool.idle().then(() => {
      isIdle = true;
    });
    await fail("a");
    await failing;
    expect(isIdle).toBe(false);
    await finish("b");
    await waiting;
    await idle;
    await hashingPool.idle();
  });

  test("count a burst that arrives before any of its work has started", async () => {
    const { started, job } = jobs();
    const hashingPool = new HashingPool(2, 3);
    const outcomes = Array.from({ length: 40 }, (_, i) => hashingPool.run(job(String(i))));
    const refused = outcomes.slice(5).map((outcome) => expect(outcome).rejects.toThrow(Argon2BusyError));
    await Promise.all(refused);
    expect(started).toEqual(["0", "1"]);
  });

  test("without a queue refuse work when all are taken", async () => {
    const { job, finish } = jobs();
    const hashingPool = new HashingPool(1, 0);
    const first = hashingPool.run(job("a"));
    await expect(hashingPool.run(job("b"))).rejects.toBeInstanceOf(Argon2BusyError);
    await finish("a");
    expect(await first).toBe("a");
  });

  test("accept work again once a job is done", async () => {
    const { job, finish } = jobs();
    const hashingPool = new HashingPool(1, 1);
    void hashingPool.run(job("a"));
    void hashingPool.run(job("b"));
    await expect(hashingPool.run(job("c"))).rejects.toBeInstanceOf(Argon2BusyError);
    await finish("a");
    const late = hashingPool.run(job("c"));
    await finish("b");
    await finish("c");
    expect(await late).toBe("c");
  });

  test("are freed by a job that fails, and only its caller sees the error", async () => {
    const { started, job, fail, finish } = jobs();
    const hashingPool = new HashingPool(1, 1);
    const first = hashingPool.run(job("a"));
    const second = hashingPool.run(job("b"));
    await Promise.all([expect(first).rejects.toThrow("a failed"), setImmediate().then(() => fail("a"))]);
    expect(started).toEqual(["a", "b"]);
    await finish("b");
    expect(await second).toBe("b");
  });

  test("are freed by a job that throws synchronously", async () => {
    const hashingPool = new HashingPool(1, 0);
    const broken = () => {
      throw new Error("at once");
    };
    await expect(hashingPool.run(broken)).rejects.toThrow("at once");
    await setImmediate();
    expect(await hashingPool.run(async () => "next")).toBe("next");
  });

  test.each([
    ["1", 1],
    ["2", 1],
    ["3", 2],
    ["", 3],
  ])("leave one thread of Node's pool of %s free, if it has more than one", async (threads, most) => {
    vi.stubEnv("UV_THREADPOOL_SIZE", threads);
    const { started, job } = jobs();
    const hashingPool = new HashingPool();
    for (let i = 0; i < 8; i += 1) void hashingPool.run(job(String(i)));
    await setImmediate();
    expect(started).toHaveLength(Math.min(availableParallelism(), most));
  });

  test("report in seconds how long each run waited, for admission and for its slot", async () => {
    const waited: number[] = [];
    const observer = { waited: (seconds: number) => waited.push(seconds), refused: () => {} };
    const hashingPool = new HashingPool(1, 3, { observer });
    const startedAt = performance.now();
    await Promise.all([20, 20, 20, 0].map((ms) => hashingPool.run(() => setTimeout(ms))));
    const seconds = (performance.now() - startedAt) / 1000;
    expect(waited).toHaveLength(4);
    // A timer may go off a millisecond early.
    for (const [place, wait] of waited.entries()) expect(wait).toBeGreaterThanOrEqual(place * 0.018);
    for (const wait of waited) expect(wait).toBeLessThanOrEqual(seconds);
  });

  test("throw an Argon2BusyError", () => {
    expect(new Argon2BusyError().name).toBe("Argon2BusyError");
  });

  test("queue 32 per slot by default", async () => {
    const { job } = jobs();
    const hashingPool = new HashingPool(2);
    for (let i = 0; i < 2 + 64; i += 1) void hashingPool.run(job(String(i)));
    await expect(hashingPool.run(job("one more"))).rejects.toBeInstanceOf(Argon2BusyError);
  });

  /** Work that waits for the test before its hash, as an attempt waits for its claim. */
  function attempts(hashingPool: HashingPool) {
    const claims = jobs();
    const hashes = jobs();
    const begin = (name: string) =>
      hashingPool.withSlot(async (hash) => {
        await claims.job(name)();
        return hash(hashes.job(name));
      });
    return { claims, hashes, begin };
  }

  test("admit work while others hash, so that no core waits for a claim", async () => {
    const hashingPool = new HashingPool(1, 4);
    const { claims, hashes, begin } = attempts(hashingPool);
    const results = ["a", "b", "c"].map(begin);
    await setImmediate();
    expect(claims.started).toEqual(["a", "b"]);
    await claims.finish("a");
    await claims.finish("b");
    expect(hashes.started).toEqual(["a"]);
    expect(hashingPool.load).toEqual({ running: 1, waiting: 2 });
    await hashes.finish("a");
    expect(hashes.started).toEqual(["a", "b"]);
    expect(claims.started).toEqual(["a", "b", "c"]);
    await claims.finish("c");
    await hashes.finish("b");
    await hashes.finish("c");
    expect(await Promise.all(results)).toEqual(["a", "b", "c"]);
  });

  test("admit waiting attempts, and start their hashes, in order of arrival", async () => {
    const hashingPool = new HashingPool(1, 8);
    const { claims, hashes, begin } = attempts(hashingPool);
    const names = ["a", "b", "c", "d", "e"];
    const results = names.map(begin);
    for (const name of names) {
      await setImmediate();
      await claims.finish(name);
      await hashes.finish(name);
    }
    expect(await Promise.all(results)).toEqual(names);
    expect(claims.started).toEqual(names);
    expect(hashes.started).toEqual(names);
  });

  test("are freed by work that ends without a hash", async () => {
    const hashingPool = new HashingPool(1, 0);
    expect(await hashingPool.withSlot(async () => "nothing to hash")).toBe("nothing to hash");
    expect(await hashingPool.withSlot(async () => "nothing again")).toBe("nothing again");
    expect(hashingPool.load).toEqual({ running: 0, waiting: 0 });
  });

  test("say in the error only that they are busy", async () => {
    const hashingPool = new HashingPool(1, 0);
    void hashingPool.run(() => new Promise(() => {}));
    await expect(hashingPool.run(async () => "hunter2")).rejects.toThrow(
      /^too many password hashes are waiting$/,
    );
  });
});

describe("passwords", () => {
  const OBSERVER = { waited: () => {}, refused: () => {} };

  /** The pools of a server with this many cores, with hashes that end when the test says so. */
  function pools(cores: number) {
    const { hashingPool, passwordPool } = createHashingPools(
      { argon2: OBSERVER, passwords: OBSERVER },
      cores,
    );
    const { started, job, finish } = jobs();
    const signIn = (name: string) => passwordPool.run(job(name));
    const reveal = (name: string) => hashingPool.run(job(name));
    return { started, finish, signIn, reveal, passwordPool };
  }

  test.each([1, 2, 4])("in a full queue neither refuse nor delay a reveal, on %i cores", async (cores) => {
    const { started, signIn, reveal, passwordPool } = pools(cores);
    let refused = 0;
    for (let i = 0; i < 300; i++) void signIn(`sign-in ${i}`).catch(() => refused++);
    await setImmediate();
    expect(passwordPool.isFull).toBe(true);
    expect(refused).toBeGreaterThan(0);
    const half = Math.max(1, cores / 2);
    expect(started).toHaveLength(half);
    const reveals = Array.from({ length: cores }, (_, i) => `reveal ${i}`);
    for (const name of reveals) void reveal(name);
    await setImmediate();
    expect(started.slice(half)).toEqual(reveals);
  });

  test("start no hash before a reveal that waits, and continue when a slot is free", async () => {
    const { started, finish, signIn, reveal } = pools(2);
    for (const name of ["sign-in 1", "sign-in 2"]) void signIn(name);
    await setImmediate();
    for (const name of ["reveal 1", "reveal 2", "reveal 3"]) void reveal(name);
    await setImmediate();
    await finish("sign-in 1");
    await finish("reveal 1");
    expect(started).toEqual(["sign-in 1", "reveal 1", "reveal 2", "reveal 3"]);
    await finish("reveal 2");
    expect(started.at(-1)).toBe("sign-in 2");
  });
});

describe("Argon2id", () => {
  test.each([
    { memoryKib: 64, timeCost: 1, parallelism: 1 },
    { memoryKib: 256, timeCost: 3, parallelism: 4 },
  ])("gives 64 bytes, the same as OpenSSL's for %o", async (parameters) => {
    const salt = Buffer.from("0123456789abcdef");
    const expected = argon2Sync("argon2id", {
      message: "pässword",
      nonce: salt,
      memory: parameters.memoryKib,
      passes: parameters.timeCost,
      parallelism: parameters.parallelism,
      tagLength: 64,
    });
    expect(await argon2id("pässword", salt, parameters)).toEqual(expected);
  });
});
