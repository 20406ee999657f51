import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { pauseSession } from "../api/session-end.ts";
import { t } from "../i18n/i18n.ts";
import { CloseQuestion } from "../ui/close-question.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { AccountForm } from "./account-form.tsx";
import { type Viewer, viewerQuery } from "./viewer.ts";

/**
 * Sign-in dialog over the page on which the session ended. The page stays mounted, so that nothing typed is lost; its
 * polls and streams pause.
 */
export function SignInAgain({ member, onLeave }: { member: Viewer; onLeave: () => void }) {
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);

  useEffect(() => {
    pauseSession(true);
    // The member may sign in again in another tab.
    const look = () => {
      if (document.visibilityState === "visible") {
        void queries.refetchQueries({ queryKey: viewerQuery.queryKey });
      }
    };
    document.addEventListener("visibilitychange", look);
    window.addEventListener("focus", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      window.removeEventListener("focus", look);
      pauseSession(false);
    };
  }, [queries]);

  return (
    <Dialog title={t("accounts.signIn")} onCloseRequest={() => (asking ? onLeave() : setAsking(true))}>
      <div className="stack">
        <p>{t("accounts.sessionEnded")}</p>
        <AccountForm action="sign-in" email={member.email} />
      </div>
      {asking ? (
        <CloseQuestion
          question={t("accounts.leaveQuestion")}
          stayLabel={t("ttlSecrets.goBack")}
          closeLabel={t("accounts.leave")}
          onStay={() => setAsking(false)}
          onClose={onLeave}
        />
      ) : null}
    </Dialog>
  );
}
