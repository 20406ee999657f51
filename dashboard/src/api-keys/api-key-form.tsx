import { type FormEvent, useId, useRef, useState } from "react";
import { type ApiError, asApiError } from "../api/api-error.ts";
import { t } from "../i18n/i18n.ts";
import { errorText } from "../ui/error-text.ts";
import { Field, FieldError, useFocusOnFirstInvalid } from "../ui/field.tsx";
import { refusedField } from "../ui/field-error.ts";
import { Notice } from "../ui/notice.tsx";
import {
  type ApiKeyDraft,
  type ApiKeyErrors,
  apiKeyErrors,
  apiKeyInput,
  emptyApiKeyDraft,
  refusedApiKeyField,
} from "./api-key-draft.ts";
import { type CreatedApiKey, createApiKey, scopes, useProjectChoices } from "./api-keys.ts";

/** Form of a new API key. Shows each error at the field it concerns. */
export function ApiKeyForm(props: { onCancel: () => void; onCreated: (created: CreatedApiKey) => void }) {
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState<ApiKeyDraft>(emptyApiKeyDraft);
  const [errors, setErrors] = useState<ApiKeyErrors>({});
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [refusals, setRefusals] = useState(0);
  const [sending, setSending] = useState(false);
  const projects = useProjectChoices();
  useFocusOnFirstInvalid(form, refusals);

  function change(changes: Partial<ApiKeyDraft>) {
    setDraft((before) => ({ ...before, ...changes }));
    const cleared = Object.keys(changes).map((field) => [
      field === "wholeVault" ? "projectIds" : field,
      undefined,
    ]);
    setErrors((shown) => ({ ...shown, ...Object.fromEntries(cleared) }));
  }

  function refuse(found: ApiKeyErrors) {
    setErrors(found);
    setRefusals((count) => count + 1);
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (sending) return;
    setFailure(null);
    const found = apiKeyErrors(draft);
    if (Object.keys(found).length > 0) return refuse(found);
    setSending(true);
    try {
      props.onCreated(await createApiKey(apiKeyInput(draft)));
    } catch (thrown) {
      const error = asApiError(thrown);
      const atField = refusedApiKeyField(refusedField(error));
      if (atField) refuse(atField);
      else setFailure(error);
      setSending(false);
    }
  }

  return (
    <form ref={form} className="stack" noValidate autoComplete="off" onSubmit={(event) => void submit(event)}>
      <Field label={t("common.name")} error={errors.name} hint={t("apiKeys.nameHint")}>
        {(control) => (
          <input
            {...control}
            className="input"
            name="api-key-name"
            autoComplete="off"
            data-initial-focus
            value={draft.name}
            onChange={(event) => change({ name: event.target.value })}
          />
        )}
      </Field>
      <Choices
        legend={t("apiKeys.permissions")}
        error={errors.scopes}
        choices={scopes.map(({ value, label }) => ({ value, label: t(label) }))}
        chosen={draft.scopes}
        onChange={(chosen) => change({ scopes: chosen })}
      />
      <label className="switch">
        <input
          type="checkbox"
          checked={draft.wholeVault}
          onChange={(event) => change({ wholeVault: event.target.checked })}
        />
        <span>{t("apiKeys.allProjects")}</span>
      </label>
      {draft.wholeVault ? null : (
        <Choices
          legend={t("apiKeys.onlyIn")}
          error={errors.projectIds ?? (projects.error ? errorText(asApiError(projects.error)) : undefined)}
          choices={(projects.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          chosen={draft.projectIds}
          onChange={(chosen) => change({ projectIds: chosen })}
        />
      )}
      <Field label={t("apiKeys.days")} error={errors.days} hint={t("apiKeys.daysHint")}>
        {(control) => (
          <input
            {...control}
            className="input input-number api-key-days"
            inputMode="numeric"
            autoComplete="off"
            value={draft.days}
            onChange={(event) => change({ days: event.target.value })}
          />
        )}
      </Field>
      {failure ? <Notice>{failureText(failure)}</Notice> : null}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={props.onCancel}>
          {t("common.cancel")}
        </button>
        <button type="submit" className="button button-primary" aria-disabled={sending || undefined}>
          {t(sending ? "apiKeys.creating" : "apiKeys.create")}
        </button>
      </div>
    </form>
  );
}

function Choices<Value extends string>(props: {
  legend: string;
  error: string | undefined;
  choices: { value: Value; label: string }[];
  chosen: readonly Value[];
  onChange: (chosen: Value[]) => void;
}) {
  const id = useId();
  const { error, choices, chosen } = props;
  return (
    <fieldset className="field api-key-choices" aria-describedby={error ? id : undefined}>
      <legend>{props.legend}</legend>
      {choices.map(({ value, label }) => (
        <label key={value} className="tick">
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            aria-invalid={error ? true : undefined}
            onChange={(event) =>
              props.onChange(
                event.target.checked ? [...chosen, value] : chosen.filter((other) => other !== value),
              )
            }
          />
          <span>{label}</span>
        </label>
      ))}
      {error ? <FieldError id={id}>{error}</FieldError> : null}
    </fieldset>
  );
}

function failureText(error: ApiError): string {
  if (error.code === "NOT_FOUND") return t("apiKeys.projectGone");
  if (error.code === "UNREACHABLE") {
    // The request may have arrived and only the response got lost; the name is then taken.
    return t("apiKeys.unreachable");
  }
  return errorText(error);
}
