import { Argon2BusyError } from "../crypto/argon2.ts";
import { AppError } from "./errors.ts";

/** Whether this says no before anything was done, and not that something went wrong. */
export const isRejected = (error: unknown): boolean =>
  error instanceof AppError || error instanceof Argon2BusyError;
