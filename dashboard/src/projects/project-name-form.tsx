import { type FormEvent, useRef, useState } from "react";
import { type ApiError, asApiError } from "../api/api-error.ts";
import { t } from "../i18n/i18n.ts";
import { errorText } from "../ui/error-text.ts";
import { Field, useFocusOnFirstInvalid } from "../ui/field.tsx";
import { refusedField } from "../ui/field-error.ts";
import { maxNameLength, nameProblem } from "../ui/name-rule.ts";
import { Notice } from "../ui/notice.tsx";

/** Form for a project's name, used to create and to rename. */
export function ProjectNameForm(props: {
  initialName: string;
  submitLabel: string;
  /** Submits the name. If it rejects, the error is shown and the form stays. */
  send: (name: string) => Promise<void>;
  onCancel: () => void;
}) {
  const form = useRef<HTMLFormElement>(null);
  const [name, setName] = useState(props.initialName);
  const [problem, setProblem] = useState<string | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [refusals, setRefusals] = useState(0);
  const [sending, setSending] = useState(false);
  useFocusOnFirstInvalid(form, refusals);

  function refuse(text: string) {
    setProblem(text);
    setRefusals((count) => count + 1);
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (sending) return;
    setFailure(null);
    const found = nameProblem(name);
    if (found) return refuse(found);
    setSending(true);
    try {
      await props.send(name.trim());
    } catch (thrown) {
      const error = asApiError(thrown);
      if (refusedField(error) === "name") {
        refuse(t("projects.nameRefused", { max: maxNameLength }));
      } else setFailure(error);
      setSending(false);
    }
  }

  return (
    <form ref={form} className="stack" noValidate onSubmit={(event) => void submit(event)}>
      <Field label={t("common.name")} error={problem ?? undefined} hint={t("projects.nameHint")}>
        {(control) => (
          <input
            {...control}
            className="input"
            name="name"
            autoComplete="off"
            data-initial-focus
            value={name}
            onChange={(event) => {
              setName(event.target.value);
              setProblem(null);
            }}
          />
        )}
      </Field>
      {failure ? <Notice>{errorText(failure)}</Notice> : null}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={props.onCancel}>
          {t("common.cancel")}
        </button>
        <button type="submit" className="button button-primary" aria-disabled={sending || undefined}>
          {props.submitLabel}
        </button>
      </div>
    </form>
  );
}
