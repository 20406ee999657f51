import { ownFetch, postJson, readJson } from "../shared/http.ts";
import { type AuthRefusal, authRefusal } from "./auth-error.ts";

/** Starts a session; null when it worked. The cookie is HttpOnly: this page never sees it. */
export function signIn(credentials: { email: string; password: string }): Promise<AuthRefusal | null> {
  return send("/api/auth/sign-in/email", credentials);
}

/** Makes an account and starts its first session; null when it worked. */
export function signUp(account: {
  name: string;
  email: string;
  password: string;
}): Promise<AuthRefusal | null> {
  return send("/api/auth/sign-up/email", account);
}

/** Ends the session; null when it worked. */
export function signOut(): Promise<AuthRefusal | null> {
  return send("/api/auth/sign-out", {});
}

/** Whether a new account may be made, and whether it would be the first. */
export interface SignUpState {
  open: boolean;
  first: boolean;
}

/** Asks whether a new account may be made. */
export async function readSignUpState(signal: AbortSignal): Promise<SignUpState> {
  const body = await readJson(await ownFetch("/api/sign-up", { signal }));
  const state = typeof body === "object" && body !== null ? (body as Partial<SignUpState>) : {};
  return { open: state.open === true, first: state.first === true };
}

async function send(path: string, body: unknown): Promise<AuthRefusal | null> {
  const response = await postJson(path, body);
  if (response.ok) return null;
  const failure = await readJson(response);
  const code = typeof failure === "object" && failure !== null && "code" in failure ? failure.code : null;
  return authRefusal({
    status: response.status,
    code: typeof code === "string" ? code : null,
    retryAfterHeader: response.headers.get("retry-after"),
  });
}
