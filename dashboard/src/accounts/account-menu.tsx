import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { asApiError } from "../api/api-error.ts";
import { type Message, t } from "../i18n/i18n.ts";
import { SettingsChoices } from "../settings/settings-choices.tsx";
import { Disclosure } from "../ui/disclosure.tsx";
import { errorText } from "../ui/error-text.ts";
import { DownIcon } from "../ui/icons.tsx";
import { Notice } from "../ui/notice.tsx";
import { RichText } from "../ui/rich-text.tsx";
import { signOut } from "./auth-client.ts";
import { ChangePasswordDialog } from "./change-password-dialog.tsx";
import { type Viewer, viewerQuery } from "./viewer.ts";

/** Menu of the current vault and account: settings, password, API keys, sign-out. */
export function AccountMenu({ viewer }: { viewer: Viewer }) {
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [changingPassword, setChangingPassword] = useState(false);
  const [failure, setFailure] = useState<Message | null>(null);

  function fail(text: Message) {
    // React would call a bare function as a state updater.
    setFailure(() => text);
  }

  async function leave() {
    setFailure(null);
    try {
      const refusal = await signOut();
      if (refusal) return fail(refusal.text);
    } catch (thrown) {
      const error = asApiError(thrown);
      return fail(() => errorText(error));
    }
    navigate("/sign-in");
    queries.setQueryData(viewerQuery.queryKey, null);
    queries.removeQueries({ predicate: (query) => query.queryKey[0] !== viewerQuery.queryKey[0] });
  }

  return (
    <>
      <Disclosure
        className="corner-menu"
        buttonClassName="corner-button"
        panelClassName="corner-panel account-panel"
        button={
          <>
            <span className="avatar" aria-hidden="true">
              {[...viewer.name][0]?.toUpperCase() ?? "?"}
            </span>
            <span className="visually-hidden">{`${t("accounts.account", { email: viewer.email })} `}</span>
            <span className="account-vault" translate="no">
              {viewer.vault.name}
            </span>
            <DownIcon />
          </>
        }
      >
        {(close) => (
          <>
            <div>
              <p className="account-name" translate="no">
                {viewer.name}
              </p>
              <p className="account-email" translate="no">
                {viewer.email}
              </p>
              <p className="account-role">
                <RichText
                  i18nKey={viewer.role === "owner" ? "accounts.ownerOf" : "accounts.memberOf"}
                  values={{ vault: viewer.vault.name }}
                  components={{ vault: <span translate="no" /> }}
                />
              </p>
            </div>
            <SettingsChoices />
            {failure ? <Notice>{failure()}</Notice> : null}
            <div className="account-actions">
              <button
                type="button"
                className="button button-block"
                onClick={() => {
                  close();
                  setChangingPassword(true);
                }}
              >
                {t("accounts.changePasswordOpen")}
              </button>
              {viewer.role === "owner" ? (
                <Link href="/api-keys" className="button button-block" onClick={close}>
                  {t("apiKeys.title")}
                </Link>
              ) : null}
              <Link href="/graphiql" className="button button-block" onClick={close}>
                {t("explorer.title")}
              </Link>
              <button type="button" className="button button-block" onClick={() => void leave()}>
                <span>{t("accounts.signOut")}</span>{" "}
                <span className="sign-out-where">{t("accounts.signOutWhere")}</span>
              </button>
            </div>
          </>
        )}
      </Disclosure>
      {changingPassword ? (
        <ChangePasswordDialog email={viewer.email} onClose={() => setChangingPassword(false)} />
      ) : null}
    </>
  );
}
