import argon2 from "argon2";
import { APIError } from "better-auth/api";
import { ARGON2_PARAMETERS, Argon2BusyError, type HashingPool } from "../crypto/argon2.ts";

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
    verify: ({ hash, password }: { hash: string; password: string }) =>
      inSlot(hashingPool, () => argon2.verify(hash, password.normalize("NFKC"))),
  };
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
