import { type FormEvent, useEffect, useRef, useState } from "react";
import { t } from "../i18n/i18n.ts";
import { Field, useFocusOnFirstInvalid } from "../ui/field.tsx";
import { actions, actionWord } from "./audit-action.ts";
import {
  type AuditFilter,
  type AuditFilterErrors,
  orderProblem,
  readFilter,
  writeFilter,
} from "./audit-filter.ts";

/** Form of the audit filter. Applies only on submit. */
export function AuditFilterForm(props: {
  id: string;
  filter: AuditFilter;
  onFilter: (filter: AuditFilter) => void;
}) {
  const { id, filter, onFilter } = props;
  const form = useRef<HTMLFormElement>(null);
  const [errors, setErrors] = useState<AuditFilterErrors>({});
  const [refusals, setRefusals] = useState(0);
  useFocusOnFirstInvalid(form, refusals);
  const address = writeFilter(filter).toString();

  // The fields are uncontrolled; reset them when the URL changes, for example on Back.
  useEffect(() => {
    form.current?.reset();
    setErrors({});
  }, [address]);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const found = problems(event.currentTarget);
    setErrors(found);
    if (Object.keys(found).length > 0) return setRefusals((count) => count + 1);
    const entries = [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value)]);
    onFilter(readFilter(new URLSearchParams(entries)));
  }

  return (
    <form ref={form} id={id} className="audit-filter" noValidate autoComplete="off" onSubmit={submit}>
      <fieldset className="field">
        <legend>{t("audit.onlyActions")}</legend>
        <div className="audit-filter-actions">
          {actions.map((action) => (
            <label key={action} className="tick">
              <input
                type="checkbox"
                name="action"
                value={action}
                defaultChecked={filter.actions.includes(action)}
              />
              <span>{actionWord(action)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {(["from", "to"] as const).map((name) => (
        <Field
          key={name}
          label={t(name === "from" ? "audit.firstDay" : "audit.lastDay")}
          error={errors[name]?.()}
        >
          {(control) => (
            <input {...control} className="input" type="date" name={name} defaultValue={filter[name]} />
          )}
        </Field>
      ))}
      <div className="audit-filter-buttons">
        <button type="submit" className="button button-primary">
          {t("audit.apply")}
        </button>
        <button
          type="button"
          className="button"
          onClick={() => {
            form.current?.reset();
            setErrors({});
            onFilter({ actions: [], from: "", to: "" });
          }}
        >
          {t("audit.showAll")}
        </button>
      </div>
    </form>
  );
}

/** Validates the dates in the form. */
function problems(form: HTMLFormElement): AuditFilterErrors {
  const [from, to] = ["from", "to"].map((name) => form.elements.namedItem(name) as HTMLInputElement);
  const found: AuditFilterErrors = {};
  // An incomplete or invalid date has an empty value, as no date has; only `badInput` distinguishes them.
  if (from?.validity.badInput) found.from = () => t("audit.noDay");
  if (to?.validity.badInput) found.to = () => t("audit.noDay");
  const order = orderProblem(from?.value ?? "", to?.value ?? "");
  if (order) found.to = order;
  return found;
}
