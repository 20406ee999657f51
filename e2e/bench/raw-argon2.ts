/** Bare Argon2id on all cores of the process. Runs as a worker. */
import { argon2 as nodeArgon2, randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";
import { hashRaw } from "@node-rs/argon2";
import { ARGON2_PARAMETERS, type Argon2Parameters, argon2id } from "../../api/src/crypto/argon2.ts";

const BYTES = 64;

type Hash = (password: string, salt: Buffer, parameters: Argon2Parameters) => Promise<Buffer>;

/** The maintained implementations for Node. The product uses the first. */
const IMPLEMENTATIONS = {
  argon2: argon2id,
  "node:crypto": (message, nonce, { memoryKib: memory, timeCost: passes, parallelism }) =>
    promisify(nodeArgon2)("argon2id", { message, nonce, memory, passes, parallelism, tagLength: BYTES }),
  "@node-rs/argon2": (password, salt, { memoryKib: memoryCost, timeCost, parallelism }) =>
    // 2 is Argon2id. It is a const enum, which can't be imported when types are only stripped.
    hashRaw(password, { algorithm: 2, salt, memoryCost, timeCost, parallelism, outputLen: BYTES }),
} satisfies Record<string, Hash>;

/** Name of an implementation. */
export type Implementation = keyof typeof IMPLEMENTATIONS;

/** Hashes for `ms` milliseconds, one hash at a time per core. */
export async function hashes({
  ms,
  implementation = "argon2",
  parameters = ARGON2_PARAMETERS,
}: {
  ms: number;
  implementation?: Implementation;
  parameters?: Argon2Parameters;
}): Promise<{ count: number; perSecond: number }> {
  const hash: Hash = IMPLEMENTATIONS[implementation];
  let count = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      for (; performance.now() < start + ms; count++) {
        await hash("abacusabdomenabideabilityablazeable", randomBytes(16), parameters);
      }
    }),
  );
  return { count, perSecond: (count * 1000) / (performance.now() - start) };
}

/** Whether all implementations return the same bytes. */
export async function isSame(parameters: Argon2Parameters = ARGON2_PARAMETERS): Promise<boolean> {
  const salt = randomBytes(16);
  const results = await Promise.all(
    Object.values(IMPLEMENTATIONS).map((hash: Hash) => hash("the same", salt, parameters)),
  );
  return results.every((each) => each.equals(results[0] ?? Buffer.alloc(0)));
}
