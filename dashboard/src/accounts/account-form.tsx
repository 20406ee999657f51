import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { asApiError } from "../api/api-error.ts";
import { t } from "../i18n/i18n.ts";
import { errorText } from "../ui/error-text.ts";
import { Field } from "../ui/field.tsx";
import { Notice } from "../ui/notice.tsx";
import { signIn, signUp } from "./auth-client.ts";
import { type AccountField, accountFieldErrors } from "./auth-error.ts";
import { PasswordField } from "./password-field.tsx";
import { useRefusals } from "./refusals.ts";
import { viewerQuery } from "./viewer.ts";

/**
 * Form to sign in or up. On success it loads the viewer, which makes the router leave the page or close the dialog.
 * `email` is what the field starts with; the password then has the focus. `setUpToken` is that of the set-up link.
 */
export function AccountForm(props: {
  action: "sign-in" | "sign-up";
  email?: string;
  setUpToken?: string | undefined;
}) {
  const { action, setUpToken } = props;
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [name, setName] = useState("");
  const [email, setEmail] = useState(props.email ?? "");
  const [password, setPassword] = useState("");
  const [sending, setSending] = useState(false);
  const { errors, refused, clearRefused, refuse, edit } = useRefusals<AccountField>(form);

  const isNew = action === "sign-up";
  async function submit(event: FormEvent) {
    event.preventDefault();
    if (sending) return;
    const found = accountFieldErrors({ name, email, password }, action);
    if (Object.keys(found).length > 0) return refuse(found, null);
    setSending(true);
    clearRefused();
    try {
      const credentials = { email: email.trim(), password };
      const refusal = await (isNew
        ? signUp({ name: name.trim(), ...credentials, setUpToken })
        : signIn(credentials));
      if (refusal) {
        refuse(
          refusal.field ? { [refusal.field]: refusal.text } : {},
          refusal.field === null ? refusal.text : null,
        );
      } else {
        await queries.fetchQuery({ ...viewerQuery, staleTime: 0, retry: false });
      }
    } catch (error) {
      const failure = asApiError(error);
      refuse({}, () => errorText(failure));
    } finally {
      setSending(false);
    }
  }

  return (
    <form ref={form} className="stack" noValidate onSubmit={(event) => void submit(event)}>
      {refused ? <Notice>{refused()}</Notice> : null}
      {isNew ? (
        <Field label={t("accounts.name")} error={errors.name?.()} hint={t("accounts.nameHint")}>
          {(control) => (
            <input
              {...control}
              className="input"
              name="name"
              autoComplete="name"
              maxLength={200}
              value={name}
              onChange={(event) => edit("name", setName)(event.target.value)}
            />
          )}
        </Field>
      ) : null}
      <Field label={t("accounts.email")} error={errors.email?.()}>
        {(control) => (
          <input
            {...control}
            className="input"
            type="email"
            name="email"
            autoComplete={isNew ? "email" : "username"}
            spellCheck={false}
            value={email}
            onChange={(event) => edit("email", setEmail)(event.target.value)}
          />
        )}
      </Field>
      <PasswordField
        label={t("accounts.password")}
        name="password"
        kind={isNew ? "new" : "current"}
        initialFocus={props.email !== undefined}
        error={errors.password?.()}
        value={password}
        onChange={edit("password", setPassword)}
      />
      <button
        type="submit"
        className="button button-primary button-block"
        aria-disabled={sending || undefined}
      >
        {isNew
          ? t(sending ? "accounts.creating" : "accounts.createAccount")
          : t(sending ? "accounts.signingIn" : "accounts.signIn")}
      </button>
    </form>
  );
}
