import { Link } from "wouter";
import { asApiError } from "../api/api-error.ts";
import { t } from "../i18n/i18n.ts";
import { usePageTitle } from "../page/title.ts";
import { LoadFailure } from "../ui/load-failure.tsx";
import { Loading } from "../ui/loading.tsx";
import { RichText } from "../ui/rich-text.tsx";
import { AccountForm } from "./account-form.tsx";
import { readReturnState } from "./return-path.ts";
import { useSetUpToken, useSignUpState } from "./sign-up-state.ts";
import { Welcome } from "./welcome.tsx";

/** Page `/sign-up`. On a new server it creates the first account. */
export function SignUpPage() {
  const signUp = useSignUpState();
  const setUpToken = useSetUpToken();
  const title = t(signUp.data?.first ? "accounts.createFirst" : "accounts.createAnAccount");
  usePageTitle(title);
  const state = readReturnState(window.history.state);
  const signIn = <Link href="/sign-in" state={state} />;

  if (!signUp.data) {
    return (
      <Welcome title={title}>
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
      <Welcome title={title}>
        <p>{t("accounts.closed")}</p>
        <p>
          <RichText i18nKey="accounts.haveOne" components={{ signIn }} />
        </p>
      </Welcome>
    );
  }
  if (signUp.data.needsSetUpLink && !setUpToken) {
    return (
      <Welcome title={title}>
        <p>{t("accounts.setUpLinkNeeded")}</p>
      </Welcome>
    );
  }
  return (
    <Welcome title={title}>
      {signUp.data.first ? <p className="welcome-intro">{t("accounts.firstIntro")}</p> : null}
      <AccountForm action="sign-up" setUpToken={signUp.data.needsSetUpLink ? setUpToken : undefined} />
      {signUp.data.first ? null : (
        <p className="welcome-other">
          <RichText i18nKey="accounts.haveAccount" components={{ signIn }} />
        </p>
      )}
    </Welcome>
  );
}
