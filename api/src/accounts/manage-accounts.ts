/** Account management for the server's operator, who is not bound by `SIGN_UP`. */
import { APIError } from "better-auth/api";
import type { Database } from "../db/client.ts";
import type { Auth } from "./auth.ts";
import { setDisabled } from "./member-store.ts";

/** The operation is not possible for this account. The message says why and repeats no input. */
export class AccountError extends Error {
  override name = "AccountError";
}

interface Deps {
  db: Database;
  /** With `SIGN_UP` open: the operator may always create accounts. */
  auth: Auth;
}

/**
 * Creates an account that can sign in at once. Its vault is created with its first request.
 *
 * @throws AccountError when the e-mail is taken, or it, the name or the password is not acceptable.
 */
export async function createAccount(
  { auth }: Deps,
  { name, email, password }: { name: string; email: string; password: string },
): Promise<void> {
  try {
    const { user } = await auth.api.signUpEmail({ body: { name, email, password } });
    // Signing up also signs in; no one uses that session.
    await (await auth.$context).internalAdapter.deleteUserSessions(user.id);
  } catch (error) {
    throw reasonOf(error);
  }
}

/**
 * Sets a new password and ends all sessions of the account.
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
 * Disables an account, which ends its sessions and their streams, or enables it again. Its secrets stay: recipients can
 * still open the links that they have.
 *
 * @returns the account's e-mail address, as the audit log has it.
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
  // A stranger does not learn this; the operator may.
  if (error.body?.code === "ACCOUNT_NOT_CREATED") {
    return new AccountError("An account with this e-mail address already exists.");
  }
  // Texts of better-auth or of ours: none repeats the input.
  return new AccountError(error.body?.message ?? "The account can't be created.");
}
