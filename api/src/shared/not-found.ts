import { AppError } from "./errors.ts";

/** The promised value, or null where the use case says `NOT_FOUND`; for queries whose contract is null. */
export async function nullWhenNotFound<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof AppError && error.code === "NOT_FOUND") return null;
    throw error;
  }
}
