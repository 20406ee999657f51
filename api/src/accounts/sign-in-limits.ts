import type { Database } from "../db/client.ts";
import type { Logger } from "../logging/log.ts";
import { type RateLimits, rateLimitKeys } from "../shared/rate-limit.ts";
import type { KnownDevices } from "./known-devices.ts";
import { findUserId } from "./member-store.ts";

interface Deps {
  db: Database;
  log: Logger;
  rateLimits: RateLimits;
  knownDevices: KnownDevices;
}

/**
 * Counts a sign-in: by its device if that is known to the account; else by the client's address and by the account, from
 * all addresses together. So guesses from many addresses end soon, and the owner's known devices are not affected.
 * Whether there is such an account makes no difference to the client. The first refusal of an account is logged.
 *
 * @throws AppError `RATE_LIMITED`.
 */
export async function limitSignIn(
  { db, log, rateLimits, knownDevices }: Deps,
  { email, cookies, sourceIp }: { email: string; cookies: string; sourceIp: string },
): Promise<void> {
  const device = await knownDevices.find(cookies, email);
  if (device) return rateLimits.take("signInDevice", { key: device });
  await rateLimits.take("signIn", rateLimitKeys(sourceIp));
  await rateLimits.take("signInAccount", { key: knownDevices.accountKey(email) }, async () => {
    const userId = await findUserId(db.orm, email);
    if (userId)
      log.warn({ userId }, "too many sign-ins at an account from unknown devices: more are refused");
  });
}
