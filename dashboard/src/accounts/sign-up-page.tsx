import { Link } from "wouter";
import { asApiError } from "../shared/api-error.ts";
import { LoadFailure } from "../shared/load-failure.tsx";
import { Loading } from "../shared/loading.tsx";
import { usePageTitle } from "../shared/page-title.ts";
import { AccountForm } from "./account-form.tsx";
import { readReturnState } from "./return-path.ts";
import { useSignUpState } from "./sign-up-state.ts";
import { Welcome } from "./welcome.tsx";

/** `/sign-up`: also the set-up of a new server, which greets its first account. */
export function SignUpPage() {
  const signUp = useSignUpState();
  const title = signUp.data?.first ? "Create the first account" : "Create an account";
  usePageTitle(title);
  const state = readReturnState(window.history.state);
  const signInLink = (
    <Link href="/sign-in" state={state}>
      Sign in
    </Link>
  );

  if (!signUp.data) {
    return (
      <Welcome title="Create an account">
        {signUp.error ? (
          <LoadFailure error={asApiError(signUp.error)} retry={() => void signUp.refetch()} />
        ) : (
          <Loading />
        )}
      </Welcome>
    );
  }
  if (!signUp.data.open) {
    return (
      <Welcome title="Create an account">
        <p>New accounts can't be made here. Ask whoever runs this server for one.</p>
        <p>Have one already? {signInLink}</p>
      </Welcome>
    );
  }
  return (
    <Welcome title={title}>
      {signUp.data.first ? (
        <p className="welcome-intro">
          This server is new. The first account owns its own vault and can start at once.
        </p>
      ) : null}
      <AccountForm action="sign-up" />
      {signUp.data.first ? null : <p className="welcome-other">Have an account already? {signInLink}</p>}
    </Welcome>
  );
}
