import { useId } from "react";
import { t } from "../i18n/i18n.ts";
import { FieldError } from "../ui/field.tsx";
import { type DraftErrors, limits, type TtlSecretDraft } from "./ttl-secret-draft.ts";

/** Field *Self-destruct after*: hours and minutes that make one duration, with its limits and a recommendation. */
export function TtlFields(props: {
  draft: TtlSecretDraft;
  errors: DraftErrors;
  onChange: (changes: Partial<TtlSecretDraft>) => void;
}) {
  const { draft, errors, onChange } = props;
  const id = useId();
  const error = errors.hours ?? errors.minutes;
  const described = error ? `${id}-error ${id}-hint` : `${id}-hint`;
  const box = (field: "hours" | "minutes", label: string, max: number) => (
    <div className="ttl-box">
      <input
        id={`${id}-${field}`}
        className="input input-number"
        type="number"
        inputMode="numeric"
        min={0}
        max={max}
        step={1}
        aria-describedby={described}
        aria-invalid={errors[field] ? true : undefined}
        value={draft[field]}
        onChange={(event) => onChange({ [field]: event.target.value })}
      />
      <label htmlFor={`${id}-${field}`}>{label}</label>
    </div>
  );
  return (
    <fieldset className="field ttl-fields">
      <legend>{t("ttlSecrets.ttl")}</legend>
      <div className="ttl-line">
        <div className="ttl-boxes">
          {box("hours", t("ttlSecrets.hours"), limits.ttlSeconds.max / 3_600)}
          {box("minutes", t("ttlSecrets.minutes"), 59)}
        </div>
        <div className="field-hint" id={`${id}-hint`}>
          <span className="ttl-limits">{t("ttlSecrets.ttlLimits")}</span>{" "}
          <span>{t("ttlSecrets.ttlAdvice")}</span>
        </div>
      </div>
      {error ? <FieldError id={`${id}-error`}>{error}</FieldError> : null}
    </fieldset>
  );
}
