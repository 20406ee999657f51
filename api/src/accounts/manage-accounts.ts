/** What the operator of a server does to accounts, past the rules that hold for people who sign up themselves. */
import { APIError } from "better-auth/api";
import type { Database } from "../db/client.ts";
import type { Auth } from "./auth.ts";
import { setDisabled } from "./member-store.ts";

/** What was asked for can't be done to this account. The message says why and repeats nothing. */
export class AccountError extends Error {
  override name = "AccountError";
}

interface Deps {
  db: Database;
  /** With `SIGN_UP` open: the operator may always make accounts. */
  auth: Auth;
}

/**
 * Makes an account that can sign in at once. Its vault comes with its first request.
 *
 * @throws AccountError when the e-mail is taken, or it, the name or the password is not acceptable.
 */
export async function createAccount(
  { auth }: Deps,
  { name, email, password }: { name: string; email: string; password: string },
): Promise<void> {
  try {
    const { user } = await auth.api.signUpEmail({ body: { name, email, password } });
    // Signing up signs in, too, which nobody did here.
    await (await auth.$context).internalAdapter.deleteUserSessions(user.id);
  } catch (error) {
    throw reasonOf(error);
  }
}

/**
 * Sets another password and ends all sessions of the account.
 *
 * @throws AccountError when there is no such account, or the password is not acceptable.
 */
export async function resetPassword(
  { auth }: Deps,
  { email, password }: { email: string; password: string },
): Promise<void> {
  const { internalAdapter, password: rules } = await auth.$context;
  const { minPasswordLength: least, maxPasswordLength: most } = rules.config;
  if (password.length < least || password.length > most) {
    throw new AccountError(`The password must have ${least} to ${most} characters.`);
  }
  const userId = await userIdOf(auth, email);
  await internalAdapter.updatePassword(userId, await rules.hash(password));
  await internalAdapter.deleteUserSessions(userId);
}

/**
 * Keeps an account from signing in and ends its sessions, and with them its streams; or lets it sign in again. What it
 * has made stays: links that were sent can still be opened by their recipients.
 *
 * @returns the account's e-mail, as it stands in the audit log.
 * @throws AccountError when there is no such account.
 */
export async function disableAccount(
  { auth, db }: Deps,
  { email, disabled }: { email: string; disabled: boolean },
): Promise<string> {
  const userId = await userIdOf(auth, email);
  await db.orm.transaction((tx) => setDisabled(tx, userId, disabled));
  return email.toLowerCase();
}

async function userIdOf(auth: Auth, email: string): Promise<string> {
  const found = await (await auth.$context).internalAdapter.findUserByEmail(email.toLowerCase());
  if (!found) throw new AccountError("There is no account with this e-mail address.");
  return found.user.id;
}

function reasonOf(error: unknown): unknown {
  if (!(error instanceof APIError)) return error;
  // Texts of the library or of ours: none repeats what was given.
  return new AccountError(error.body?.message ?? "The account can't be made.");
}
