import argon2 from "argon2";
import { APIError } from "better-auth/api";
import { ARGON2_PARAMETERS, Argon2BusyError, type Argon2Slots } from "../crypto/argon2.ts";

/**
 * Hashing of members' passwords for better-auth: Argon2id in PHC string format, with OWASP's settings, in the same
 * slots as passphrases, so that a flood of sign-ins can't take more memory than they allow.
 */
export function passwordHashing(slots: Argon2Slots) {
  const { memoryKib: memoryCost, timeCost, parallelism } = ARGON2_PARAMETERS;
  return {
    hash: (password: string) =>
      inSlot(slots, () => argon2.hash(password.normalize("NFKC"), { memoryCost, timeCost, parallelism })),
    verify: ({ hash, password }: { hash: string; password: string }) =>
      inSlot(slots, () => argon2.verify(hash, password.normalize("NFKC"))),
  };
}

async function inSlot<T>(slots: Argon2Slots, work: () => Promise<T>): Promise<T> {
  try {
    return await slots.run(work);
  } catch (error) {
    if (!(error instanceof Argon2BusyError)) throw error;
    throw new APIError("SERVICE_UNAVAILABLE", {
      code: "OVERLOADED",
      message: "The server is busy. Try again in a few seconds.",
    });
  }
}
