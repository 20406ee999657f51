import { text } from "node:stream/consumers";
import {
  createAccount as create,
  disableAccount,
  resetPassword as reset,
} from "../accounts/manage-accounts.ts";
import { revokeKeysMadeBy } from "../api-keys/api-key-store.ts";
import { randomSecret } from "../crypto/random-secret.ts";
import { ADMIN } from "./destroy-pending.ts";
import { accountServices, type Installation } from "./installation.ts";
import { counted, type Result } from "./result.ts";

/** Characters, alphanumeric: 119 bits, and no quoting needed in a shell. */
const GENERATED_LENGTH = 20;

interface PasswordSource {
  /** Where to read the password; undefined generates one. */
  stdin?: NodeJS.ReadableStream | undefined;
}

/** Creates an account that can sign in immediately. */
export async function createAccount(
  installation: Installation,
  { email, name, stdin }: { email: string; name: string } & PasswordSource,
): Promise<Result> {
  const { password, output } = await passwordFrom(stdin);
  await create(await accountServices(installation), { email, name, password });
  return { lines: ["The account was created.", ...output.lines], json: { email, ...output.json } };
}

/** Sets a new password and ends the account's sessions. */
export async function resetPassword(
  installation: Installation,
  { email, stdin }: { email: string } & PasswordSource,
): Promise<Result> {
  const { password, output } = await passwordFrom(stdin);
  await reset(await accountServices(installation), { email, password });
  return {
    lines: ["The password was changed; all sessions of the account have ended.", ...output.lines],
    json: { email, ...output.json },
  };
}

/** Disables an account: it can't sign in, and its sessions, streams and API keys end. */
export async function disable(installation: Installation, { email }: { email: string }): Promise<Result> {
  const label = await disableAccount(await accountServices(installation), { email, disabled: true });
  const revoked = await revokeKeysMadeBy(installation.db.orm, label, ADMIN);
  return {
    lines: [
      `The account is disabled: it can't sign in, its sessions and streams have ended, and ${counted(revoked, "API key")} it made ${revoked === 1 ? "is" : "are"} revoked.`,
      "Secrets it has sent stay: their recipients can still open them. Members of its vault can revoke them.",
    ],
    json: { email, disabled: true, revokedApiKeys: revoked },
  };
}

/** Lets a disabled account sign in again. Its API keys stay revoked. */
export async function enable(installation: Installation, { email }: { email: string }): Promise<Result> {
  await disableAccount(await accountServices(installation), { email, disabled: false });
  return {
    lines: ["The account can sign in again. Its API keys stay revoked; create new ones."],
    json: { email, disabled: false },
  };
}

async function passwordFrom(stdin: NodeJS.ReadableStream | undefined) {
  // The terminal or `echo` adds one line end. Everything else may be part of the password.
  if (stdin) return { password: (await text(stdin)).replace(/\r?\n$/, ""), output: { lines: [], json: {} } };
  const password = randomSecret("alphanumeric", GENERATED_LENGTH);
  return {
    password,
    output: {
      lines: [`Password, shown only once: ${password}`, "Its owner should change it after signing in."],
      json: { password },
    },
  };
}
