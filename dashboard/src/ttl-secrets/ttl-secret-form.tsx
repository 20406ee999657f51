import { type FormEvent, useRef, useState } from "react";
import { type ApiError, asApiError } from "../api/api-error.ts";
import { t } from "../i18n/i18n.ts";
import { errorText, waitingTime } from "../ui/error-text.ts";
import { Field, useFocusOnFirstInvalid } from "../ui/field.tsx";
import { refusedField } from "../ui/field-error.ts";
import { Notice } from "../ui/notice.tsx";
import { type CreatedTtlSecret, createTtlSecret, newIdempotencyKey } from "./create-ttl-secret.ts";
import { GeneratedValueFields } from "./generated-value-fields.tsx";
import { TtlFields } from "./ttl-fields.tsx";
import {
  type DraftErrors,
  type DraftField,
  draftErrors,
  draftInput,
  refusedFieldError,
  type TtlSecretDraft,
} from "./ttl-secret-draft.ts";
import { ValueField } from "./value-field.tsx";
import { WhenToUse } from "./when-to-use.tsx";

/** Form of a new TTL secret. Shows each error at the field it concerns and keeps all input. */
export function TtlSecretForm(props: {
  projectId: string;
  draft: TtlSecretDraft;
  onChange: (changes: Partial<TtlSecretDraft>) => void;
  onCancel: () => void;
  onCreated: (created: CreatedTtlSecret) => void;
}) {
  const { draft } = props;
  const form = useRef<HTMLFormElement>(null);
  const [errors, setErrors] = useState<DraftErrors>({});
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [refusals, setRefusals] = useState(0);
  const [sending, setSending] = useState(false);
  // A retry with unchanged input keeps its idempotency key, so that it can't leave a second secret if the first
  // response got lost.
  const idempotencyKey = useRef<string | null>(null);
  useFocusOnFirstInvalid(form, refusals);

  function change(changes: Partial<TtlSecretDraft>) {
    props.onChange(changes);
    idempotencyKey.current = null;
    const edited = Object.keys(changes) as (keyof TtlSecretDraft)[];
    // Hours and minutes are one duration: fixing either may fix both.
    const cleared: DraftField[] =
      edited.includes("hours") || edited.includes("minutes")
        ? ["hours", "minutes"]
        : edited.filter((field) => field !== "generate");
    setErrors((shown) => ({ ...shown, ...Object.fromEntries(cleared.map((field) => [field, undefined])) }));
  }

  function refuse(found: DraftErrors) {
    setErrors(found);
    setRefusals((count) => count + 1);
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (sending) return;
    setFailure(null);
    const found = draftErrors(draft);
    if (Object.keys(found).length > 0) return refuse(found);
    setErrors({});
    setSending(true);
    try {
      idempotencyKey.current ??= newIdempotencyKey();
      const input = { ...draftInput(draft, props.projectId), idempotencyKey: idempotencyKey.current };
      props.onCreated(await createTtlSecret(input));
    } catch (thrown) {
      const error = asApiError(thrown);
      if (error.code === "BAD_USER_INPUT") idempotencyKey.current = null;
      const atField = refusedFieldError(refusedField(error), draft);
      if (atField) refuse(atField);
      else setFailure(error);
      setSending(false);
    }
  }

  return (
    <form ref={form} className="stack" noValidate autoComplete="off" onSubmit={(event) => void submit(event)}>
      <Field label={t("common.name")} error={errors.name} hint={t("ttlSecrets.nameHint")}>
        {(control) => (
          <input
            {...control}
            className="input"
            name="ttl-secret-name"
            autoComplete="off"
            data-initial-focus
            value={draft.name}
            onChange={(event) => change({ name: event.target.value })}
          />
        )}
      </Field>
      {draft.generate ? null : (
        <ValueField value={draft.value} error={errors.value} onChange={(value) => change({ value })} />
      )}
      <label className="switch">
        <input
          type="checkbox"
          checked={draft.generate}
          onChange={(event) => change({ generate: event.target.checked })}
        />
        <span>{t("ttlSecrets.generate")}</span>
      </label>
      {draft.generate ? <GeneratedValueFields draft={draft} errors={errors} onChange={change} /> : null}
      <TtlFields draft={draft} errors={errors} onChange={change} />
      <WhenToUse />
      {failure ? <Notice>{createFailureText(failure)}</Notice> : null}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={props.onCancel}>
          {t("common.cancel")}
        </button>
        <button type="submit" className="button button-primary" aria-disabled={sending || undefined}>
          {t(sending ? "ttlSecrets.creating" : "ttlSecrets.createIt")}
        </button>
      </div>
    </form>
  );
}

function createFailureText(error: ApiError): string {
  if (error.code === "RATE_LIMITED") {
    return t("ttlSecrets.failed.rateLimited", { time: waitingTime(error) });
  }
  if (error.code === "OVERLOADED") return t("ttlSecrets.failed.overloaded");
  if (error.code === "NOT_FOUND") return t("ttlSecrets.failed.projectGone");
  // The request may have arrived and only the response got lost, so "nothing was created" could be wrong. A retry
  // with unchanged input revokes that secret.
  if (error.code === "UNREACHABLE") return t("ttlSecrets.failed.unreachable");
  return errorText(error);
}
