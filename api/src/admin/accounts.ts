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

/** 119 bits, and nothing that has to be quoted anywhere. */
const GENERATED_LENGTH = 20;

interface PasswordSource {
  /** Read it from here; undefined: make one. */
  stdin?: NodeJS.ReadableStream | undefined;
}

/** Makes an account that can sign in at once. */
export async function createAccount(
  installation: Installation,
  { email, name, stdin }: { email: string; name: string } & PasswordSource,
): Promise<Result> {
  const { password, told } = await passwordFrom(stdin);
  await create(accountServices(installation), { email, name, password });
  return { lines: ["The account was made.", ...told.lines], json: { email, ...told.json } };
}

/** Sets another password and ends the account's sessions. */
export async function resetPassword(
  installation: Installation,
  { email, stdin }: { email: string } & PasswordSource,
): Promise<Result> {
  const { password, told } = await passwordFrom(stdin);
  await reset(accountServices(installation), { email, password });
  return {
    lines: ["The password was changed; all sessions of the account have ended.", ...told.lines],
    json: { email, ...told.json },
  };
}

/** Keeps an account out: no sign-in, no session, no stream, none of its API keys. */
export async function disable(installation: Installation, { email }: { email: string }): Promise<Result> {
  const label = await disableAccount(accountServices(installation), { email, disabled: true });
  const revoked = await revokeKeysMadeBy(installation.db.orm, label, ADMIN);
  return {
    lines: [
      `The account is disabled: it can't sign in, its sessions and streams have ended, and ${counted(revoked, "API key")} it made ${revoked === 1 ? "is" : "are"} revoked.`,
      "Secrets it has sent stay: their recipients can still open them. Its owner's vault can revoke them.",
    ],
    json: { email, disabled: true, revokedApiKeys: revoked },
  };
}

/** Lets a disabled account sign in again. Its API keys stay revoked. */
export async function enable(installation: Installation, { email }: { email: string }): Promise<Result> {
  await disableAccount(accountServices(installation), { email, disabled: false });
  return {
    lines: ["The account can sign in again. API keys that were revoked stay so; make new ones."],
    json: { email, disabled: false },
  };
}

async function passwordFrom(stdin: NodeJS.ReadableStream | undefined) {
  // One line end belongs to the terminal or to `echo`; all else may be meant.
  if (stdin) return { password: (await text(stdin)).replace(/\r?\n$/, ""), told: { lines: [], json: {} } };
  const password = randomSecret("alphanumeric", GENERATED_LENGTH);
  return {
    password,
    told: {
      lines: [`Password, shown this once: ${password}`, "Its owner should change it after signing in."],
      json: { password },
    },
  };
}
