import { Link } from "wouter";
import { Notice } from "../shared/notice.tsx";
import { usePageTitle } from "../shared/page-title.ts";
import { AccountForm } from "./account-form.tsx";
import { readReturnState } from "./return-path.ts";
import { useSignUpState } from "./sign-up-state.ts";
import { Welcome } from "./welcome.tsx";

/** `/sign-in` */
export function SignInPage() {
  usePageTitle("Sign in");
  const signUp = useSignUpState();
  const state = readReturnState(window.history.state);
  return (
    <Welcome title="Sign in">
      {state.sessionEnded ? (
        <Notice tone="warn">Your session has ended. Sign in again to go on where you were.</Notice>
      ) : null}
      <AccountForm action="sign-in" />
      {signUp.data?.open ? (
        <p className="welcome-other">
          No account yet?{" "}
          <Link href="/sign-up" state={state}>
            Create an account
          </Link>
        </p>
      ) : null}
    </Welcome>
  );
}
