import { randomBytes } from "node:crypto";
import argon2 from "argon2";
import { APIError } from "better-auth/api";
import {
  ARGON2_PARAMETERS,
  Argon2BusyError,
  type Argon2Parameters,
  type HashingPool,
  isAffordable,
} from "../crypto/argon2.ts";

/** Maximum length of a password, in UTF-16 code units. */
export const MAX_PASSWORD_LENGTH = 128;

/** The body of the refusal when too many passwords wait to be hashed. */
export const PASSWORDS_BUSY = {
  code: "OVERLOADED",
  message: "The server is busy. Try again in a few seconds.",
};

/**
 * Password hashing for better-auth: Argon2id in PHC string format with OWASP's parameters, in a pool that bounds the
 * memory of a flood of sign-ins. A longer password than any account can have is cut before it is normalised, which
 * takes quadratic time for combining marks, and matches no hash.
 */
export function passwordHashing(passwordPool: HashingPool) {
  const { memoryKib: memoryCost, timeCost, parallelism } = ARGON2_PARAMETERS;
  const normalise = (password: string) => password.slice(0, MAX_PASSWORD_LENGTH).normalize("NFKC");
  return {
    // With a salt of ours: the library's takes a turn of the event loop, which would set it apart from `verify`.
    hash: (password: string) =>
      inSlot(passwordPool, () =>
        argon2.hash(normalise(password), { memoryCost, timeCost, parallelism, salt: randomBytes(16) }),
      ),
    /** False also for a stored hash that was altered to cost more than any of ours. */
    verify: async ({ hash, password }: { hash: string; password: string }) => {
      if (!isAffordable(parametersOf(hash))) return false;
      const isMatch = await inSlot(passwordPool, () => argon2.verify(hash, normalise(password)));
      return isMatch && password.length <= MAX_PASSWORD_LENGTH;
    },
  };
}

/** The cost parameters of a hash in PHC string format: `$argon2id$v=19$m=19456,p=1,t=2$…`; NaN for one that is missing. */
function parametersOf(hash: string): Argon2Parameters {
  const [memoryKib, timeCost, parallelism] = [/[$,]m=(\d+)/, /[$,]t=(\d+)/, /[$,]p=(\d+)/].map((pattern) =>
    Number(pattern.exec(hash)?.[1]),
  ) as [number, number, number];
  return { memoryKib, timeCost, parallelism };
}

async function inSlot<T>(passwordPool: HashingPool, work: () => Promise<T>): Promise<T> {
  try {
    return await passwordPool.run(work);
  } catch (error) {
    if (!(error instanceof Argon2BusyError)) throw error;
    throw new APIError("SERVICE_UNAVAILABLE", PASSWORDS_BUSY);
  }
}
