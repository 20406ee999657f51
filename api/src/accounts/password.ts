import argon2 from "argon2";
import { APIError } from "better-auth/api";
import {
  ARGON2_PARAMETERS,
  Argon2BusyError,
  type Argon2Parameters,
  type HashingPool,
  isAffordable,
} from "../crypto/argon2.ts";

/**
 * Password hashing for better-auth: Argon2id in PHC string format with OWASP's parameters. It shares the hashing pool with
 * passphrases, so that a flood of sign-ins can't use more memory than the pool allows.
 */
export function passwordHashing(hashingPool: HashingPool) {
  const { memoryKib: memoryCost, timeCost, parallelism } = ARGON2_PARAMETERS;
  return {
    hash: (password: string) =>
      inSlot(hashingPool, () =>
        argon2.hash(password.normalize("NFKC"), { memoryCost, timeCost, parallelism }),
      ),
    /** False also for a stored hash that was altered to cost more than any of ours. */
    verify: async ({ hash, password }: { hash: string; password: string }) =>
      isAffordable(parametersOf(hash)) &&
      inSlot(hashingPool, () => argon2.verify(hash, password.normalize("NFKC"))),
  };
}

/** The cost parameters of a hash in PHC string format: `$argon2id$v=19$m=19456,p=1,t=2$…`; NaN for one that is missing. */
function parametersOf(hash: string): Argon2Parameters {
  const [memoryKib, timeCost, parallelism] = [/[$,]m=(\d+)/, /[$,]t=(\d+)/, /[$,]p=(\d+)/].map((pattern) =>
    Number(pattern.exec(hash)?.[1]),
  ) as [number, number, number];
  return { memoryKib, timeCost, parallelism };
}

async function inSlot<T>(hashingPool: HashingPool, work: () => Promise<T>): Promise<T> {
  try {
    return await hashingPool.run(work);
  } catch (error) {
    if (!(error instanceof Argon2BusyError)) throw error;
    throw new APIError("SERVICE_UNAVAILABLE", {
      code: "OVERLOADED",
      message: "The server is busy. Try again in a few seconds.",
    });
  }
}
