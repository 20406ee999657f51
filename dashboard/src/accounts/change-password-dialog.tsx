import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { t } from "../i18n/i18n.ts";
import { Dialog } from "../ui/dialog.tsx";
import { TickIcon } from "../ui/icons.tsx";
import { Notice } from "../ui/notice.tsx";
import { changePassword } from "./auth-client.ts";
import {
  type PasswordField as FieldName,
  passwordChangeErrors,
  passwordChangeFailureText,
} from "./password-change.ts";
import { PasswordField } from "./password-field.tsx";
import { useRefusals } from "./refusals.ts";
import { viewerQuery } from "./viewer.ts";

/** Dialog that changes the account's password and thereby signs out all other devices. */
export function ChangePasswordDialog({ email, onClose }: { email: string; onClose: () => void }) {
  const [changed, setChanged] = useState(false);
  return (
    <Dialog
      title={t(changed ? "accounts.passwordChanged" : "accounts.changePassword")}
      onCloseRequest={onClose}
    >
      {changed ? (
        <Changed onClose={onClose} />
      ) : (
        <ChangePasswordForm email={email} onChanged={() => setChanged(true)} onCancel={onClose} />
      )}
    </Dialog>
  );
}

function ChangePasswordForm(props: { email: string; onChanged: () => void; onCancel: () => void }) {
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [currentPassword, setCurrentPassword] = useState("");
  const [newPassword, setNewPassword] = useState("");
  const [sending, setSending] = useState(false);
  const { errors, refused, clearRefused, refuse, edit } = useRefusals<FieldName>(form);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (sending) return;
    const change = { currentPassword, newPassword };
    const found = passwordChangeErrors(change);
    if (Object.keys(found).length > 0) return refuse(found, null);
    setSending(true);
    clearRefused();
    try {
      const refusal = await changePassword(change);
      if (!refusal) {
        // A request sent with the old cookie may just have returned UNAUTHENTICATED, so load the viewer again.
        void queries.invalidateQueries({ queryKey: viewerQuery.queryKey });
        return props.onChanged();
      }
      if (refusal.field) refuse({ [refusal.field]: refusal.text }, null);
      else refuse({}, refusal.text);
    } catch (error) {
      refuse({}, () => passwordChangeFailureText(error));
    }
    setSending(false);
  }

  return (
    <form ref={form} className="stack" noValidate onSubmit={(event) => void submit(event)}>
      <p>{t("accounts.passwordOthersSignedOut")}</p>
      {refused ? <Notice>{refused()}</Notice> : null}
      {/* Tells password managers which account's password changes. */}
      <input type="text" name="username" autoComplete="username" value={props.email} readOnly hidden />
      <PasswordField
        label={t("accounts.currentPassword")}
        name="current-password"
        kind="current"
        initialFocus
        error={errors.currentPassword?.()}
        value={currentPassword}
        onChange={edit("currentPassword", setCurrentPassword)}
      />
      <PasswordField
        label={t("accounts.newPassword")}
        name="new-password"
        kind="new"
        error={errors.newPassword?.()}
        value={newPassword}
        onChange={edit("newPassword", setNewPassword)}
      />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={props.onCancel}>
          {t("common.cancel")}
        </button>
        <button type="submit" className="button button-primary" aria-disabled={sending || undefined}>
          {t(sending ? "accounts.changingPassword" : "accounts.changePassword")}
        </button>
      </div>
    </form>
  );
}

function Changed({ onClose }: { onClose: () => void }) {
  const done = useRef<HTMLButtonElement>(null);
  const id = useId();
  // The focused button is gone. Focusing the heading makes screen readers announce the result.
  useEffect(() => done.current?.focus(), []);
  return (
    <div className="stack">
      <p className="password-changed" id={id}>
        <TickIcon />
        <span>{t("accounts.passwordChangedText")}</span>
      </p>
      <div className="dialog-actions">
        <button
          ref={done}
          type="button"
          className="button button-primary"
          aria-describedby={id}
          onClick={onClose}
        >
          {t("common.done")}
        </button>
      </div>
    </div>
  );
}
