import type { ReactNode } from "react";
import { t } from "../i18n/i18n.ts";
import { Dialog } from "./dialog.tsx";
import { Notice } from "./notice.tsx";

/** Confirms a revocation. Focuses the safe answer. */
export function RevokeQuestion(props: {
  title: string;
  /** Consequences. */
  children: ReactNode;
  /** Why it failed. */
  problem: string | null;
  isRevoking: boolean;
  onRevoke: () => void;
  onClose: () => void;
}) {
  return (
    <Dialog title={props.title} onCloseRequest={props.onClose}>
      <div className="stack">
        <p>{props.children}</p>
        {props.problem ? <Notice>{props.problem}</Notice> : null}
        <div className="dialog-actions">
          <button type="button" className="button" data-initial-focus onClick={props.onClose}>
            {t("common.keepIt")}
          </button>
          <button
            type="button"
            className="button button-danger"
            aria-disabled={props.isRevoking || undefined}
            onClick={() => {
              if (!props.isRevoking) props.onRevoke();
            }}
          >
            {t("common.revoke")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
