import { Trans } from "react-i18next";
import { Link } from "wouter";
import { t } from "../i18n/i18n.ts";
import { usePageTitle } from "../page/title.ts";
import { Notice } from "../ui/notice.tsx";
import { AccountForm } from "./account-form.tsx";
import { readReturnState } from "./return-path.ts";
import { useSignUpState } from "./sign-up-state.ts";
import { Welcome } from "./welcome.tsx";

/** Page `/sign-in`. */
export function SignInPage() {
  usePageTitle(t("accounts.signIn"));
  const signUp = useSignUpState();
  const state = readReturnState(window.history.state);
  return (
    <Welcome title={t("accounts.signIn")}>
      {state.sessionEnded ? <Notice tone="warn">{t("accounts.sessionEnded")}</Notice> : null}
      <AccountForm action="sign-in" />
      {signUp.data?.open ? (
        <p className="welcome-other">
          <Trans
            i18nKey="accounts.noAccount"
            components={{ signUp: <Link href="/sign-up" state={state} /> }}
          />
        </p>
      ) : null}
    </Welcome>
  );
}
