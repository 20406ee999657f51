import { Link } from "wouter";
import { t } from "../i18n/i18n.ts";
import { usePageTitle } from "../page/title.ts";
import { RichText } from "../ui/rich-text.tsx";
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
      <AccountForm action="sign-in" />
      {signUp.data?.open ? (
        <p className="welcome-other">
          <RichText
            i18nKey="accounts.noAccount"
            components={{ signUp: <Link href="/sign-up" state={state} /> }}
          />
        </p>
      ) : null}
    </Welcome>
  );
}
