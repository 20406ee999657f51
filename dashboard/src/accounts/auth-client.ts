import { apiUrl, ownFetch, postJson, readJson } from "../api/http.ts";
import { reportSessionEnd } from "../api/session-end.ts";
import { type AuthFailure, type AuthRefusal, authRefusal } from "./auth-error.ts";
import { type PasswordChange, type PasswordRefusal, passwordRefusal } from "./password-change.ts";

/** Signs in. Returns null on success. The session cookie is HttpOnly, so scripts never see it. */
export function signIn(credentials: { email: string; password: string }): Promise<AuthRefusal | null> {
  return sendForm("/api/auth/sign-in/email", credentials);
}

/**
 * Creates an account and signs in. Returns null on success.
 *
 * @param account.setUpToken the token of the set-up link, for the first account of a public server.
 */
export function signUp(account: {
  name: string;
  email: string;
  password: string;
  setUpToken?: string | undefined;
}): Promise<AuthRefusal | null> {
  return sendForm("/api/auth/sign-up/email", account);
}

/** Ends every session of the account, on all devices. Returns null on success. */
export function signOut(): Promise<AuthRefusal | null> {
  return sendForm("/api/auth/sign-out", {});
}

/** Changes the password and ends every other session of the account. Returns null on success. */
export async function changePassword(passwords: PasswordChange): Promise<PasswordRefusal | null> {
  const failure = await send("/api/auth/change-password", passwords);
  if (failure?.status === 401) reportSessionEnd();
  return failure && passwordRefusal(failure);
}

/** Whether sign-up is open, and whether the next account would be the first. */
export interface SignUpState {
  open: boolean;
  first: boolean;
  /** The first account can only be created by the set-up link that the server prints. */
  needsSetUpLink: boolean;
}

/** Fetches whether sign-up is open. */
export async function readSignUpState(signal: AbortSignal): Promise<SignUpState> {
  const body = await readJson(await ownFetch(apiUrl("/api/sign-up"), { signal }));
  const state = typeof body === "object" && body !== null ? (body as Partial<SignUpState>) : {};
  return {
    open: state.open === true,
    first: state.first === true,
    needsSetUpLink: state.needsSetUpLink === true,
  };
}

async function sendForm(path: string, body: unknown): Promise<AuthRefusal | null> {
  const failure = await send(path, body);
  return failure && authRefusal(failure);
}

async function send(path: string, body: unknown): Promise<AuthFailure | null> {
  const response = await postJson(path, body);
  if (response.ok) return null;
  const failure = await readJson(response);
  const code = typeof failure === "object" && failure !== null && "code" in failure ? failure.code : null;
  return {
    status: response.status,
    code: typeof code === "string" ? code : null,
    retryAfterHeader: response.headers.get("retry-after"),
  };
}
